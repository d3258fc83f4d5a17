import { type ByteSource, fromBytes } from "./bytes.ts";

/** Magic number; no content size, no checksum, no dictionary; a window of 128 KiB, which is also the largest block. */
const HEAD = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38);
const BLOCK = 1 << 17;
/** A block of one repeated byte. */
const RLE = 1;

/** One zstd frame that unpacks to `size` zeros (more than none), made without reading them. Format: RFC 8878 §3.1.1.2. */
export function zstdZeros(size: number): ByteSource {
  const count = Math.ceil(size / BLOCK);
  const bytes = Buffer.alloc(HEAD.length + 4 * count);
  bytes.set(HEAD);
  for (let index = 0; index < count; index += 1) {
    const isLast = index === count - 1;
    const length = isLast ? size - index * BLOCK : BLOCK;
    bytes.writeUIntLE((length << 3) | (RLE << 1) | Number(isLast), HEAD.length + 4 * index, 3);
  }
  return fromBytes(bytes);
}
