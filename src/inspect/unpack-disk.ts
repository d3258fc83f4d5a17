import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { byteReader } from "../formats/byte-reader.ts";
import { type ByteSource, collect, fromFile, slice } from "../formats/bytes.ts";
import { type Compression, decompress, sniffCompression } from "../formats/compression.ts";
import { isTarHeader, readSparseFile } from "../formats/gnu-sparse-read.ts";
import { runTool } from "../formats/run-tool.ts";
import { zstdBound } from "../formats/zstd-bound.ts";
import { writeHoles } from "../formats/sparse-copy.ts";

/** A disk image as it lies on a disk: raw, in a file. */
export interface UnpackedDisk {
  path: string;
  /** Of the disk alone, without what a format puts behind it. */
  disk: ByteSource;
  format: "raw" | "qcow2" | "vhd";
  packing: Compression | "tar.gz";
}

/** Talos' largest image has ten gigabytes. */
const LIMIT = 64 * 2 ** 30;
/** Enough to tell a partition table with sectors of 4096 bytes. */
const HEAD = 8192;

type Sniffed = "raw" | "qcow2" | "tar";

/** What kind of disk image these first bytes belong to; undefined when to none. */
function sniffDisk(head: Uint8Array): Sniffed | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.toString("latin1", 0, 4) === "QFI\u00fb") return "qcow2";
  if ([512, 4096].some((at) => bytes.toString("latin1", at, at + 8) === "EFI PART")) return "raw";
  return isTarHeader(bytes) && bytes.toString("latin1", 0, 9) === "disk.raw\0" ? "tar" : undefined;
}

/**
 * Unpacks a disk image of any format and compression into `folder`, with its holes. Undefined when it is none.
 * Errors: FORMAT_INVALID, ARCHIVE_INVALID, ARCHIVE_TOO_LARGE, TOOL_MISSING, NO_SPACE.
 */
export async function unpackDisk(path: string, folder: string): Promise<UnpackedDisk | undefined> {
  const source = await fromFile(path);
  const compression = sniffCompression(await headOf(source.stream()));
  const kind = sniffDisk(
    compression === "none" ? await headOf(source.stream()) : await innerHead(source, compression),
  );
  if (kind === undefined) return undefined;
  const packing = kind === "tar" ? "tar.gz" : compression;
  const plain = compression === "none" && kind !== "tar" ? path : join(folder, "unpacked");
  if (plain !== path) {
    if (compression === "zstd") await unpackZstd(path, source, plain);
    else {
      const inner = decompress(source.stream(), compression);
      await writeHoles(plain, kind === "tar" ? readSparseFile(inner) : inner, LIMIT);
    }
  }
  if (kind === "qcow2") return { ...(await rawOf(plain, folder)), packing };
  const disk = await fromFile(plain);
  const isVhd = await endsWithVhdFooter(disk);
  return {
    path: plain,
    disk: isVhd ? slice(disk, 0, disk.size - 512) : disk,
    format: isVhd ? "vhd" : "raw",
    packing,
  };
}

/** By zstd itself, which leaves holes and needs no pipe. How much it will write is known before. */
async function unpackZstd(path: string, source: ByteSource, target: string): Promise<void> {
  if ((await zstdBound(source)) > LIMIT)
    throw new RolesError("ARCHIVE_TOO_LARGE", `${path} unpacks to more than ${LIMIT} bytes`);
  await runTool("zstd", ["-q", "-d", "-f", "--sparse", "--long=27", path, "-o", target]);
}

async function headOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const reader = byteReader(chunks);
  try {
    return (await reader.peek(HEAD)).slice(0, HEAD);
  } finally {
    await reader.close();
  }
}

/** What cannot be unpacked at all is no disk image; its own reader says what is wrong with it. */
const innerHead = (source: ByteSource, compression: Compression): Promise<Uint8Array> =>
  headOf(decompress(source.stream(), compression)).catch(() => new Uint8Array());

async function rawOf(path: string, folder: string): Promise<Omit<UnpackedDisk, "packing">> {
  await refuseForeignFiles(path);
  const raw = join(folder, "raw");
  await runTool("qemuImg", ["convert", "-f", "qcow2", "-O", "raw", path, raw]);
  return { path: raw, disk: await fromFile(raw), format: "qcow2" };
}

/** A qcow2 can name other files of this computer as its content. Format: QEMU docs/interop/qcow2. */
async function refuseForeignFiles(path: string): Promise<void> {
  const source = await fromFile(path);
  const header = Buffer.alloc(104);
  header.set(await collect(source.stream(0, Math.min(104, source.size)), 104));
  const hasBackingFile = header.readBigUInt64BE(8) !== 0n;
  const hasDataFile = header.readUInt32BE(4) >= 3 && (header.readBigUInt64BE(72) & 4n) !== 0n;
  if (hasBackingFile || hasDataFile || header.readBigUInt64BE(24) > BigInt(LIMIT))
    throw new RolesError(
      "FORMAT_INVALID",
      `${path} is no disk image by itself: it names another file, or is too large`,
    );
}

async function endsWithVhdFooter(disk: ByteSource): Promise<boolean> {
  if (disk.size < 1024) return false;
  const head = await headOf(disk.stream(disk.size - 512));
  return Buffer.from(head).toString("latin1", 0, 8) === "conectix";
}
