import { type ByteSource, concat, fromBytes, zeros } from "./bytes.ts";
import type { Extent } from "./extents.ts";

const BLOCK = 512;
/** Entries of a sparse map in a header, and in each block that continues it. */
const [IN_HEADER, IN_BLOCK] = [4, 21];

export interface SparseFile {
  name: string;
  /** Bytes of the file with its holes. */
  size: number;
  extents: readonly Extent[];
}

/**
 * A tar archive of one file with holes, in GNU tar's old sparse format: the holes take no room, and what they are does not depend
 * on the file system as with `tar --sparse`. Format: GNU tar manual, "Old GNU Format".
 */
export function gnuSparseTar({ name, size, extents }: SparseFile): ByteSource {
  const sorted = [...extents].sort((a, b) => a.offset - b.offset);
  const stored = sorted.reduce((sum, { data }) => sum + data.size, 0);
  const map: [number, number][] = sorted.map(({ offset, data }) => [offset, data.size]);
  // Readers take the file's end from the map: the hole at the end needs an entry without bytes.
  if ((map.at(-1) ?? [0, 0]).reduce((a, b) => a + b) < size) map.push([size, 0]);
  return concat(
    fromBytes(header(name, { size, stored, map: map.slice(0, IN_HEADER), more: map.length > IN_HEADER })),
    ...continued(map.slice(IN_HEADER)).map(fromBytes),
    ...sorted.map(({ data }) => data),
    zeros((BLOCK - (stored % BLOCK)) % BLOCK),
    zeros(2 * BLOCK),
  );
}

interface Header {
  size: number;
  stored: number;
  map: readonly [number, number][];
  more: boolean;
}

function header(name: string, { size, stored, map, more }: Header): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(name, 0, 100, "utf8");
  number(bytes, 100, 8, 0o644);
  number(bytes, 108, 8, 0);
  number(bytes, 116, 8, 0);
  number(bytes, 124, 12, stored);
  number(bytes, 136, 12, 0);
  bytes.write("S", 156);
  bytes.write("ustar  \0", 257, "latin1");
  writeMap(bytes, 386, map);
  bytes[482] = Number(more);
  number(bytes, 483, 12, size);
  bytes.fill(" ", 148, 156);
  bytes.write(
    `${bytes
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return bytes;
}

function continued(map: readonly [number, number][]): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < map.length; at += IN_BLOCK) {
    const bytes = Buffer.alloc(BLOCK);
    writeMap(bytes, 0, map.slice(at, at + IN_BLOCK));
    bytes[504] = Number(at + IN_BLOCK < map.length);
    blocks.push(bytes);
  }
  return blocks;
}

const writeMap = (bytes: Buffer, at: number, map: readonly [number, number][]): void =>
  map.forEach(([offset, length], index) => {
    number(bytes, at + index * 24, 12, offset);
    number(bytes, at + index * 24 + 12, 12, length);
  });

/** Octal digits and a NUL; where they do not suffice, GNU's binary form. */
function number(bytes: Buffer, at: number, width: number, value: number): void {
  if (value < 8 ** (width - 1)) {
    bytes.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
    return;
  }
  bytes[at] = 0x80;
  bytes.writeBigUInt64BE(BigInt(value), at + width - 8);
}
