import { type ByteSource, collect } from "./bytes.ts";
import { readFatGeometry } from "./fat-geometry.ts";

/** The table is read in pieces of this many bytes. */
const PIECE = 1 << 20;

/**
 * How many bytes from its beginning on a FAT32 file system uses; everything behind is zeros in a fresh one.
 * Format: Microsoft FAT specification. Errors: FORMAT_INVALID.
 */
export async function fatUsedBytes(image: ByteSource): Promise<number> {
  const { cluster, reserved, table, data } = await readFatGeometry(image);
  const last = await lastUsed(image, reserved, Math.min(table, image.size - reserved));
  return data + Math.max(0, last - 1) * cluster;
}

/** Number of the last cluster that is in use, counted as the table does: the first one is 2. */
async function lastUsed(image: ByteSource, offset: number, size: number): Promise<number> {
  for (let end = size; end > 0; end -= PIECE) {
    const start = Math.max(0, end - PIECE);
    const piece = await collect(image.stream(offset + start, offset + end), PIECE);
    const at = piece.findLastIndex((byte) => byte !== 0);
    if (at >= 0) return Math.floor((start + at) / 4);
  }
  return 0;
}
