import { RolesError } from "../errors.ts";
import { type ByteSource, collect, concat, fromBytes, slice, zeros } from "./bytes.ts";
import { type Pe, type PeSection, readPe, SECTION_HEADER } from "./pe.ts";

export interface NewSection {
  /** Cut to 8 bytes; may repeat. */
  name: string;
  data: ByteSource;
}

/** Where the new PE header begins: right after a DOS header of 64 bytes and 64 zeros. */
const PE_OFFSET = 0x80;
const INITIALISED_DATA = 0x40;
const READ_INITIALISED_DATA = 0x40000040;

interface Placed extends PeSection {
  data: ByteSource;
}

/**
 * A PE32+ file with sections appended as the Talos imager does it: the stub's sections untouched but packed anew, the new ones read-only data,
 * each at the next section alignment, the DOS program, the linker version and the checksum left out. `timestamp` is seconds since 1970.
 * Errors: FORMAT_INVALID (no usable stub), ARCHIVE_TOO_LARGE (beyond the 4 GiB of 32-bit fields).
 */
export async function appendSections(
  stub: ByteSource,
  sections: readonly NewSection[],
  { timestamp = 0 }: { timestamp?: number } = {},
): Promise<ByteSource> {
  const pe = await readPe(stub);
  if (pe.symbolTableOffset !== 0)
    throw new RolesError("FORMAT_INVALID", "the stub has a COFF symbol table, which would lose its place");
  const placed = place(pe, stub, sections);
  const headers = await rewriteHeaders(stub, pe, placed, timestamp);
  const image = concat(
    fromBytes(headers),
    ...placed.flatMap(({ data, rawSize }) => [data, zeros(rawSize - data.size)]),
  );
  if (image.size > 0xffffffff)
    throw new RolesError(
      "ARCHIVE_TOO_LARGE",
      `the PE file would have ${image.size} bytes; the format ends at 4 GiB`,
    );
  return image;
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

const headersSize = (pe: Pe, count: number): number =>
  roundUp(PE_OFFSET + 24 + pe.optionalHeaderSize + SECTION_HEADER * count, pe.fileAlignment);

function place(pe: Pe, stub: ByteSource, added: readonly NewSection[]): Placed[] {
  const placed: Placed[] = [];
  let rawOffset = headersSize(pe, pe.sections.length + added.length);
  let nextAddress = 0;
  const push = (section: Placed): void => {
    placed.push({ ...section, rawOffset });
    rawOffset += section.rawSize;
    nextAddress = roundUp(section.virtualAddress + section.virtualSize, pe.sectionAlignment);
  };
  for (const section of pe.sections)
    push({ ...section, data: slice(stub, section.rawOffset, section.rawOffset + section.rawSize) });
  for (const { name, data } of added) {
    push({
      name: Buffer.from(name).subarray(0, 8).toString("latin1"),
      data,
      virtualAddress: nextAddress,
      virtualSize: data.size,
      rawSize: roundUp(data.size, pe.fileAlignment),
      rawOffset,
      characteristics: READ_INITIALISED_DATA,
    });
  }
  return placed;
}

async function rewriteHeaders(
  stub: ByteSource,
  pe: Pe,
  placed: Placed[],
  timestamp: number,
): Promise<Uint8Array> {
  const size = headersSize(pe, placed.length);
  const headers = Buffer.alloc(size);
  headers.set(await collect(stub.stream(0, 64), 64));
  headers.writeUInt32LE(PE_OFFSET, 60);
  const kept = 24 + pe.optionalHeaderSize;
  headers.set(await collect(stub.stream(pe.headerOffset, pe.headerOffset + kept), kept), PE_OFFSET);
  headers.writeUInt16LE(placed.length, PE_OFFSET + 6);
  headers.writeUInt32LE(timestamp, PE_OFFSET + 8);
  writeOptionalHeader(headers, pe, placed, size);
  placed.forEach((section, index) =>
    writeSection(headers, PE_OFFSET + kept + index * SECTION_HEADER, section),
  );
  return headers;
}

function writeOptionalHeader(headers: Buffer, pe: Pe, placed: Placed[], headersEnd: number): void {
  const at = PE_OFFSET + 24;
  const sumOf = (initialised: boolean): number =>
    placed
      .filter(({ characteristics }) => ((characteristics & INITIALISED_DATA) !== 0) === initialised)
      .reduce((sum, { rawSize }) => sum + rawSize, 0);
  const last = placed.at(-1);
  const end = pe.imageBase + BigInt(last ? last.virtualAddress + last.virtualSize : 0);
  const alignment = BigInt(pe.sectionAlignment);
  const imageSize = ((end + alignment - 1n) / alignment) * alignment - pe.imageBase;
  const data = sumOf(true);
  if (imageSize > 0xffffffffn || data > 0xffffffff)
    throw new RolesError(
      "ARCHIVE_TOO_LARGE",
      `the PE image would have ${imageSize} bytes; the format ends at 4 GiB`,
    );
  headers.writeUInt16LE(0, at + 2); // linker version
  headers.writeUInt32LE(sumOf(false), at + 4); // SizeOfCode
  headers.writeUInt32LE(data, at + 8); // SizeOfInitializedData
  headers.writeUInt32LE(Number(imageSize), at + 56);
  headers.writeUInt32LE(headersEnd, at + 60);
  headers.writeUInt32LE(0, at + 64); // checksum
}

function writeSection(headers: Buffer, at: number, section: Placed): void {
  headers.write(section.name, at, 8, "latin1");
  headers.writeUInt32LE(section.virtualSize, at + 8);
  headers.writeUInt32LE(section.virtualAddress, at + 12);
  headers.writeUInt32LE(section.rawSize, at + 16);
  headers.writeUInt32LE(section.rawOffset, at + 20);
  headers.writeUInt32LE(section.characteristics, at + 36);
}
