import { RolesError } from "../errors.ts";
import type { ByteReader } from "./byte-reader.ts";

const NAME = "an xz stream";
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** Enough for an index of 64 GiB in blocks of one MiB. */
const MAX_RECORDS = 1 << 16;

/**
 * Passes over exactly one xz stream, without unpacking it. Format: The .xz File Format 1.2.0, and the chunk headers of LZMA2.
 * Errors: FORMAT_INVALID, ARCHIVE_CUT_SHORT.
 */
export async function walkXzStream(reader: ByteReader): Promise<void> {
  const start = reader.offset;
  const header = Buffer.from(await reader.read(12, NAME));
  if (header.toString("latin1", 0, 6) !== "\u00fd7zXZ\0") throw invalid(reader, "no xz stream");
  const checkSize = CHECK_SIZES[header[7]! & 0x0f]!;
  const align = async (): Promise<void> => reader.skip((4 - ((reader.offset - start) % 4)) % 4, NAME);
  for (;;) {
    const [size] = (await reader.read(1, NAME)) as unknown as [number];
    if (size === 0) break;
    await reader.skip((size + 1) * 4 - 1, NAME);
    await walkLzma2(reader);
    await align();
    await reader.skip(checkSize, NAME);
  }
  await walkIndex(reader);
  await align();
  await reader.skip(4, NAME);
  const footer = Buffer.from(await reader.read(12, NAME));
  if (footer.toString("latin1", 10) !== "YZ") throw invalid(reader, "an xz stream without its footer");
}

async function walkLzma2(reader: ByteReader): Promise<void> {
  for (;;) {
    const [control] = (await reader.read(1, NAME)) as unknown as [number];
    if (control === 0) return;
    if (control > 2 && control < 0x80) throw invalid(reader, "an LZMA2 chunk of an unknown type");
    const isPacked = control >= 0x80;
    const sizes = Buffer.from(await reader.read(isPacked ? 4 : 2, NAME));
    const properties = control >= 0xc0 ? 1 : 0;
    await reader.skip(sizes.readUInt16BE(isPacked ? 2 : 0) + 1 + properties, NAME);
  }
}

/** The index after its first byte: a count, and two numbers for each block. */
async function walkIndex(reader: ByteReader): Promise<void> {
  const count = await readNumber(reader);
  if (count > MAX_RECORDS) throw invalid(reader, "an xz index of impossible length");
  for (let left = count * 2; left > 0; left--) await readNumber(reader);
}

async function readNumber(reader: ByteReader): Promise<number> {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const [byte] = (await reader.read(1, NAME)) as unknown as [number];
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return value;
  }
  throw invalid(reader, "an xz number that is too long");
}

const invalid = (reader: ByteReader, what: string): RolesError =>
  new RolesError("FORMAT_INVALID", `there is ${what} before byte ${reader.offset}`);
