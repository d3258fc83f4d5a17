import { RolesError } from "../errors.ts";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { zeros } from "./bytes.ts";

const BLOCK = 512;
const MAP_LIMIT = 10_000;
const NAME = "a sparse tar archive";

/** Whether these first bytes are the header of a file with holes, or of a plain one, in a tar archive. */
export const isTarHeader = (head: Uint8Array): boolean =>
  head.length >= BLOCK &&
  Buffer.from(head.buffer, head.byteOffset, BLOCK).toString("latin1", 257, 262) === "ustar";

/**
 * The first file of a tar archive, its holes filled with zeros: GNU tar's old sparse format, or a plain file.
 * Errors: ARCHIVE_INVALID, ARCHIVE_CUT_SHORT.
 */
export async function* readSparseFile(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = byteReader(archive);
  const header = Buffer.from(await reader.read(BLOCK, NAME));
  if (!isTarHeader(header)) throw invalid("it is no tar archive");
  const stored = number(header, 124, 12);
  const isSparse = header.toString("latin1", 156, 157) === "S";
  const map = isSparse ? await readMap(reader, header) : [[0, stored] as const];
  const size = isSparse ? number(header, 483, 12) : stored;
  let at = 0;
  for (const [offset, length] of map) {
    if (offset < at || offset + length > size) throw invalid("its map of holes is not in order");
    yield* zeros(offset - at).stream();
    yield* reader.take(length, NAME);
    at = offset + length;
  }
  yield* zeros(size - at).stream();
}

type Piece = readonly [offset: number, length: number];

async function readMap(reader: ByteReader, header: Buffer): Promise<Piece[]> {
  const map = pieces(header.subarray(386, 482));
  for (let more = header[482] !== 0; more;) {
    const block = Buffer.from(await reader.read(BLOCK, NAME));
    map.push(...pieces(block.subarray(0, 504)));
    if (map.length > MAP_LIMIT) throw invalid("its map of holes is too long");
    more = block[504] !== 0;
  }
  return map;
}

function pieces(bytes: Buffer): Piece[] {
  const found: Piece[] = [];
  for (let at = 0; at + 24 <= bytes.length && bytes[at] !== 0; at += 24)
    found.push([number(bytes, at, 12), number(bytes, at + 12, 12)]);
  return found;
}

function number(bytes: Buffer, at: number, width: number): number {
  const field = bytes.subarray(at, at + width);
  const value =
    (field[0]! & 0x80) === 0
      ? Number.parseInt(
          field
            .toString("latin1")
            .replace(/[\0 ]+$/, "")
            .trimStart() || "0",
          8,
        )
      : Number(field.readBigUInt64BE(width - 8));
  if (!Number.isSafeInteger(value) || value < 0) throw invalid("a number in it cannot be read");
  return value;
}

const invalid = (reason: string): RolesError =>
  new RolesError("ARCHIVE_INVALID", `${NAME} cannot be read: ${reason}`);
