import { RolesError } from "../errors.ts";
import { type ByteSource, collect } from "./bytes.ts";

/** The table is read in pieces of this many bytes. */
const PIECE = 1 << 20;
const MAX_TABLE = 1 << 28;

/**
 * How many bytes from its beginning on a FAT32 file system uses; everything behind is zeros in a fresh one.
 * Format: Microsoft FAT specification. Errors: FORMAT_INVALID.
 */
export async function fatUsedBytes(image: ByteSource): Promise<number> {
  const boot = Buffer.from(await collect(image.stream(0, 512), 512));
  const sector = boot.length < 512 ? 0 : boot.readUInt16LE(11);
  const cluster = (boot[13] ?? 0) * sector;
  const reserved = boot.readUInt16LE(14) * sector;
  const table = boot.readUInt32LE(36) * sector;
  const data = reserved + boot[16]! * table;
  if (
    ![512, 1024, 2048, 4096].includes(sector) ||
    cluster === 0 ||
    table === 0 ||
    table > MAX_TABLE ||
    data > image.size
  )
    throw new RolesError("FORMAT_INVALID", "this is no FAT32 file system");
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
