import type { ByteSource } from "./bytes.ts";
import { framed } from "./framed.ts";

/** Magic number; no content size, no checksum, no dictionary; a window of 128 KiB, which is also the largest block. */
const ZSTD_HEAD = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38);

/**
 * One zstd frame that holds `data` as it is: for what is compressed already, and the same bytes whatever zstd is installed.
 * Format: RFC 8878 §3.1.
 */
export const zstdStored = (data: ByteSource): ByteSource =>
  framed(data, {
    head: ZSTD_HEAD,
    tail: new Uint8Array(),
    blockSize: 1 << 17,
    blockHeadSize: 3,
    blockHead(size, last) {
      const field = (size << 3) | Number(last);
      return Uint8Array.of(field & 0xff, (field >> 8) & 0xff, field >> 16);
    },
  });

/** No name, no time, no operating system. */
const GZIP_HEAD = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** What ends a gzip member: the CRC-32 of its content, and how long that is. */
export function gzipTail(crc: number, size: number): Uint8Array {
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc);
  tail.writeUInt32LE(size % 2 ** 32, 4);
  return tail;
}

/** A gzip member that holds `data` as it is; `crc` is the CRC-32 of `data`. Format: RFC 1951 §3.2.4 and RFC 1952. */
export function gzipStored(data: ByteSource, crc: number): ByteSource {
  return framed(data, {
    head: GZIP_HEAD,
    tail: gzipTail(crc, data.size),
    blockSize: 0xffff,
    blockHeadSize: 5,
    blockHead: (size, last) =>
      Uint8Array.of(Number(last), size & 0xff, size >> 8, ~size & 0xff, (~size >> 8) & 0xff),
  });
}
