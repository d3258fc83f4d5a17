import { RolesError } from "../errors.ts";

export interface SquashfsSuperblock {
  compression: "gzip" | "lzma" | "lzo" | "xz" | "lz4" | "zstd";
  /** Bytes of the file system, without the padding after it. */
  size: number;
  inodes: number;
  blockSize: number;
  /** Seconds since 1970. */
  mtime: number;
  /** Whether it has a table of extended attributes. */
  hasXattrs: boolean;
}

export const SUPERBLOCK_SIZE = 96;
const compressions = ["gzip", "lzma", "lzo", "xz", "lz4", "zstd"] as const;

/** Reads the first 96 bytes of a squashfs 4.0 image. Format: Linux Documentation/filesystems/squashfs.rst, fs/squashfs/squashfs_fs.h. Errors: FORMAT_INVALID. */
export function squashfsSuperblock(bytes: Uint8Array): SquashfsSuperblock {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < SUPERBLOCK_SIZE || view.getUint32(0, true) !== 0x73717368)
    throw invalid("it has no squashfs superblock");
  const version = `${view.getUint16(28, true)}.${view.getUint16(30, true)}`;
  if (version !== "4.0") throw invalid(`it is squashfs ${version}; only 4.0 is known`);
  const compression = compressions[view.getUint16(20, true) - 1];
  if (!compression) throw invalid(`its compression ${view.getUint16(20, true)} is unknown`);
  const size = Number(view.getBigUint64(40, true));
  if (!Number.isSafeInteger(size) || size < SUPERBLOCK_SIZE) throw invalid("its size is impossible");
  return {
    compression,
    size,
    inodes: view.getUint32(4, true),
    mtime: view.getUint32(8, true),
    blockSize: view.getUint32(12, true),
    hasXattrs: view.getBigUint64(56, true) !== 0xffff_ffff_ffff_ffffn,
  };
}

const invalid = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `this cannot be read as a squashfs image: ${reason}`);
