import { createHash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type ByteSource, collect, concat, fromBytes, fromFile, lent, slice } from "../formats/bytes.ts";
import { gzipCompress } from "../formats/compression.ts";
import { writeFileWhole } from "../formats/files.ts";
import { gzipStored, gzipTail } from "../formats/stored.ts";
import type { Layer } from "./assemble.ts";
import type { Digest } from "./digest.ts";
import { mediaTypes } from "./media-types.ts";

/** Compresses a tar stream into a file, as a layer: gzip level 1 with no time in its header, as the imager does it. Errors: NO_SPACE. */
export async function writeLayer(path: string, tar: AsyncIterable<Uint8Array>): Promise<Layer> {
  const inner = hashing(tar);
  const outer = hashing(gzipCompress(inner.chunks, 1));
  await writeFileWhole(path, outer.chunks);
  return layerOf(await fromFile(path), outer.digest(), inner.digest());
}

/** The same in memory, for layers that are small by nature. Errors: ARCHIVE_TOO_LARGE over 64 MiB. */
export async function smallLayer(tar: AsyncIterable<Uint8Array>): Promise<Layer> {
  const inner = hashing(tar);
  const outer = hashing(gzipCompress(inner.chunks, 1));
  const bytes = await collect(outer.chunks, 64 << 20);
  return layerOf(fromBytes(bytes), outer.digest(), inner.digest());
}

/** A part of a tar of which a gzip member is at hand. */
export interface PackedPart {
  /** Byte of the tar at which it begins. */
  offset: number;
  size: number;
  member: ByteSource;
}

/**
 * A layer of what is compressed already: its gzip holds the tar as it is, so no compressor's version or processor reaches the bytes, and
 * nothing is written to disk. What is not compressed yet comes as a gzip member of its own (RFC 1952 §2.2: members may follow each other).
 */
export async function storedLayer(tar: ByteSource, packed?: PackedPart): Promise<Layer> {
  const hashes: LayerHashes = { inner: createHash("sha256"), outer: createHash("sha256") };
  const members: ByteSource[] = [];
  const store = async (from: number, to: number): Promise<void> => {
    if (to > from || members.length === 0) members.push(await storedMember(slice(tar, from, to), hashes));
  };
  if (packed) {
    const { offset, size, member } = packed;
    if (offset > 0) await store(0, offset);
    for await (const chunk of lent(tar, offset, offset + size)) hashes.inner.update(chunk);
    for await (const chunk of lent(member)) hashes.outer.update(chunk);
    members.push(member);
    await store(offset + size, tar.size);
  } else await store(0, tar.size);
  const [digest, diffId] = [hashes.outer, hashes.inner].map((hash) => hash.digest("hex"));
  return layerOf(concat(...members), `sha256:${digest}`, `sha256:${diffId}`);
}

interface LayerHashes {
  /** Of the tar. */
  inner: Hash;
  /** Of its gzip. */
  outer: Hash;
}

/** Reads `data` once: its checksum, which the member ends with, is known when all else of the member has been hashed. */
async function storedMember(data: ByteSource, { inner, outer }: LayerHashes): Promise<ByteSource> {
  let crc = 0;
  const seen: ByteSource = {
    size: data.size,
    async *stream(start, end) {
      for await (const chunk of lent(data, start, end)) {
        inner.update(chunk);
        crc = crc32(chunk, crc);
        yield chunk;
      }
    },
  };
  const { length } = gzipTail(0, 0);
  const open = gzipStored(seen, 0);
  for await (const chunk of open.stream(0, open.size - length)) outer.update(chunk);
  outer.update(gzipTail(crc, data.size));
  return gzipStored(data, crc);
}

const layerOf = (content: ByteSource, digest: Digest, diffId: Digest): Layer => ({
  descriptor: { mediaType: mediaTypes.layerGzip, digest, size: content.size },
  diffId,
  content,
});

/** Passes chunks on; the digest is there when they have ended. */
function hashing(chunks: AsyncIterable<Uint8Array>): {
  chunks: AsyncIterable<Uint8Array>;
  digest: () => Digest;
} {
  const hash = createHash("sha256");
  return {
    chunks: (async function* () {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    })(),
    digest: () => `sha256:${hash.digest("hex")}`,
  };
}
