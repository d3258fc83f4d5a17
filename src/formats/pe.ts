import { RolesError } from "../errors.ts";
import { type ByteSource, collect, slice } from "./bytes.ts";

export interface PeSection {
  /** At most 8 bytes; not unique: a UKI has several `.profile` and `.cmdline`. */
  name: string;
  virtualAddress: number;
  /** Bytes of content; the raw size is this, rounded up. */
  virtualSize: number;
  rawOffset: number;
  rawSize: number;
  characteristics: number;
}

/** What is read of a PE32+ file (Microsoft PE format specification). Offsets count from the start of the file. */
export interface Pe {
  /** COFF machine: 0xaa64 arm64, 0x8664 amd64. */
  machine: number;
  /** Seconds since 1970. */
  timestamp: number;
  /** Offset of the `PE\0\0` signature. */
  headerOffset: number;
  optionalHeaderSize: number;
  symbolTableOffset: number;
  sectionAlignment: number;
  fileAlignment: number;
  imageBase: bigint;
  sections: PeSection[];
}

export const PE_MACHINE = { arm64: 0xaa64, amd64: 0x8664 } as const;
export const SECTION_HEADER = 40;
/** Headers lie in the first kilobytes; a file that puts them later is refused. */
const HEAD = 1 << 16;

/** Reads the headers of a PE32+ file. Errors: FORMAT_INVALID. */
export async function readPe(source: ByteSource): Promise<Pe> {
  const bytes = await collect(source.stream(0, Math.min(HEAD, source.size)), HEAD);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerOffset = signatureOffset(view);
  const optional = headerOffset + 24;
  const count = view.getUint16(headerOffset + 6, true);
  const optionalHeaderSize = view.getUint16(headerOffset + 20, true);
  const table = optional + optionalHeaderSize;
  if (optionalHeaderSize < 112 || table + count * SECTION_HEADER > view.byteLength)
    throw invalid("its headers do not fit");
  if (view.getUint16(optional, true) !== 0x20b) throw invalid("it is no PE32+ (64-bit) file");
  const sections = Array.from({ length: count }, (_, index) => section(view, table + index * SECTION_HEADER));
  for (const each of sections) checkBounds(each, source.size);
  return {
    machine: view.getUint16(headerOffset + 4, true),
    timestamp: view.getUint32(headerOffset + 8, true),
    headerOffset,
    optionalHeaderSize,
    symbolTableOffset: view.getUint32(headerOffset + 12, true),
    imageBase: view.getBigUint64(optional + 24, true),
    sectionAlignment: alignment(view.getUint32(optional + 32, true)),
    fileAlignment: alignment(view.getUint32(optional + 36, true)),
    sections,
  };
}

/** Content of a section: its virtual size, of which what lies beyond the raw data would be zeros in memory and is left out. */
export const sectionData = (source: ByteSource, { rawOffset, rawSize, virtualSize }: PeSection): ByteSource =>
  slice(source, rawOffset, rawOffset + Math.min(rawSize, virtualSize));

/** True for bytes that begin like a DOS or PE program. */
export const looksLikePe = (bytes: Uint8Array): boolean => bytes[0] === 0x4d && bytes[1] === 0x5a;

function signatureOffset(view: DataView): number {
  if (view.byteLength < 64 || view.getUint16(0, false) !== 0x4d5a) throw invalid("it does not begin with MZ");
  const at = view.getUint32(60, true);
  if (at + 24 + 112 > view.byteLength || view.getUint32(at, false) !== 0x50450000)
    throw invalid("it has no PE signature");
  return at;
}

function section(view: DataView, at: number): PeSection {
  const name = Buffer.from(view.buffer, view.byteOffset + at, 8).toString("latin1");
  return {
    name: name.replace(/\0[\s\S]*$/, ""),
    virtualSize: view.getUint32(at + 8, true),
    virtualAddress: view.getUint32(at + 12, true),
    rawSize: view.getUint32(at + 16, true),
    rawOffset: view.getUint32(at + 20, true),
    characteristics: view.getUint32(at + 36, true),
  };
}

function checkBounds({ name, rawOffset, rawSize }: PeSection, size: number): void {
  if (rawSize > 0 && rawOffset + rawSize > size)
    throw invalid(
      `its section ${JSON.stringify(name)} ends at byte ${rawOffset + rawSize}, after the file's ${size}`,
    );
}

function alignment(value: number): number {
  if (value < 1 || value > 1 << 24 || (value & (value - 1)) !== 0)
    throw invalid(`its alignment ${value} is no power of two`);
  return value;
}

const invalid = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `this cannot be read as a PE file: ${reason}`, {
    hint: "The file may be cut short, or of another kind.",
  });
