import { RolesError } from "../errors.ts";
import { type ByteReader, byteReader, type CutShort } from "./byte-reader.ts";

export interface CpioHeader {
  /** As written in the archive: check it with `safePath` before it names a file. */
  path: string;
  /** Full st_mode. */
  mode: number;
  /** Seconds since 1970. */
  mtime: number;
  uid: number;
  gid: number;
  inode: number;
  links: number;
  size: number;
}

/** One entry; its body must be read before the next entry is asked for, and what is left of it is passed over then. */
export interface ReadCpioEntry {
  header: CpioHeader;
  body: AsyncGenerator<Uint8Array>;
}

const HEADER = 110;
/** Longer than any path that Linux accepts. */
const MAX_NAME = 4096;
export const CPIO_TRAILER = "TRAILER!!!";

/**
 * The entries of one or more newc archives that follow each other, with NULs between them or not, as Linux reads them.
 * Trailers are passed over. Holds one chunk at a time. Errors: ARCHIVE_INVALID, ARCHIVE_CUT_SHORT (or what `cutShort` makes).
 */
export async function* readCpio(
  chunks: AsyncIterable<Uint8Array>,
  { cutShort }: { cutShort?: CutShort } = {},
): AsyncGenerator<ReadCpioEntry> {
  const reader = byteReader(chunks, cutShort);
  try {
    while (await skipNuls(reader)) {
      const header = await readCpioHeader(reader);
      const end = reader.offset + header.size;
      if (header.path !== CPIO_TRAILER)
        yield { header, body: reader.take(header.size, JSON.stringify(header.path)) };
      await reader.skip(padded(end) - reader.offset, JSON.stringify(header.path));
    }
  } finally {
    await reader.close();
  }
}

const NULS = Buffer.alloc(1 << 12);

/** Passes over NULs, which may stand before and between archives; false at the end of everything. */
export async function skipNuls(reader: ByteReader): Promise<boolean> {
  for (;;) {
    const bytes = await reader.peek(NULS.length);
    const count = NULS.equals(bytes) ? -1 : bytes.findIndex((byte) => byte !== 0);
    await reader.skip(count < 0 ? bytes.length : count, "padding");
    if (count >= 0) return true;
    if (bytes.length === 0) return false;
  }
}

/** Header and name of the next entry, up to the padding before its content, which `padded` says the end of. Errors: as `readCpio`. */
export async function readCpioHeader(reader: ByteReader): Promise<CpioHeader> {
  const at = reader.offset;
  if (at % 4 !== 0) throw invalid(at, "an archive that does not start at a multiple of 4");
  const text = Buffer.from(await reader.read(HEADER, "a cpio header")).toString("latin1");
  if (!text.startsWith("070701") && !text.startsWith("070702")) throw invalid(at, "no newc header");
  const field = (index: number): number => {
    const digits = text.slice(6 + index * 8, 14 + index * 8);
    if (!/^[0-9a-fA-F]{8}$/.test(digits)) throw invalid(at, "a header field that is no hexadecimal number");
    return Number.parseInt(digits, 16);
  };
  const path = await readName(reader, at, field(11));
  const [inode, mode, uid, gid, links, mtime, size] = [0, 1, 2, 3, 4, 5, 6].map(field) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { path, inode, mode, uid, gid, links, mtime, size };
}

async function readName(reader: ByteReader, at: number, size: number): Promise<string> {
  if (size < 2 || size > MAX_NAME) throw invalid(at, `a name of ${size} bytes`);
  const name = Buffer.from(await reader.read(size, "a cpio name"));
  if (name.indexOf(0) !== size - 1) throw invalid(at, "a name with a NUL inside, or none at its end");
  await reader.skip(padded(reader.offset) - reader.offset, "padding");
  return name.subarray(0, -1).toString("utf8");
}

/** Entries and their content end at multiples of 4, counted from the start of what is read. */
export const padded = (offset: number): number => Math.ceil(offset / 4) * 4;

const invalid = (at: number, what: string): RolesError =>
  new RolesError("ARCHIVE_INVALID", `the cpio archive has ${what} at byte ${at}`);
