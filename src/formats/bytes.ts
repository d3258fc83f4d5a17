import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { RolesError } from "../errors.ts";

/** A sequence of bytes of known length that can be read more than once, whole or in part, without being held in memory. */
export interface ByteSource {
  readonly size: number;
  /** Bytes from `start` (default 0) up to, not including, `end` (default `size`). */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>;
  /**
   * The same for those who look at a chunk and let it go: its bytes are only good until the next is asked for. Memory that is used again
   * keeps the garbage collector out of the way of gigabytes.
   */
  lend?(start?: number, end?: number): AsyncIterable<Uint8Array>;
  /** The file that it is the whole of. */
  readonly path?: string;
}

/** What `source` lends, or streams where it cannot lend. */
export const lent = (source: ByteSource, start?: number, end?: number): AsyncIterable<Uint8Array> =>
  source.lend ? source.lend(start, end) : source.stream(start, end);

/** How bytes are asked for: `lent`, or `streamed`. */
export type Ask = typeof lent;
export const streamed: Ask = (source, start, end) => source.stream(start, end);

export function fromBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    // oxlint-disable-next-line require-await
    async *stream(start = 0, end = bytes.length) {
      if (end > start) yield bytes.subarray(start, end);
    },
  };
}

export const fromText = (text: string): ByteSource => fromBytes(new TextEncoder().encode(text));

/** The bytes of a file, or the part of it from `offset` with length `size`. Errors: FILE_NOT_FOUND. */
export async function fromFile(path: string, offset = 0, size?: number): Promise<ByteSource> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `cannot read ${path}`, { hint: "Check the path.", cause });
  });
  const length = size ?? info.size - offset;
  return {
    size: length,
    ...(offset === 0 && size === undefined ? { path } : {}),
    lend: (start = 0, end = length) => readFileInPlace(path, offset + start, offset + end),
    stream(start = 0, end = length) {
      if (end <= start) return fromBytes(new Uint8Array()).stream();
      return createReadStream(path, { start: offset + start, end: offset + end - 1, highWaterMark: 1 << 20 });
    },
  };
}

const PIECE = 1 << 20;

/** A file into one buffer, again and again. */
async function* readFileInPlace(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end <= start) return;
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(PIECE, end - start));
    for (let at = start; at < end;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

export const zeros = (size: number): ByteSource => ({
  size,
  async *stream(start = 0, end = size) {
    const block = new Uint8Array(Math.min(1 << 16, Math.max(0, end - start)));
    for (let left = end - start; left > 0; left -= block.length)
      yield block.subarray(0, Math.min(left, block.length));
  },
});

/** One source after another. */
export function concat(...sources: ByteSource[]): ByteSource {
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const read = (ask: Ask) =>
    async function* (start = 0, end = size): AsyncGenerator<Uint8Array> {
      let at = 0;
      for (const source of sources) {
        const from = Math.max(0, start - at);
        const to = Math.min(source.size, end - at);
        if (to > from) yield* ask(source, from, to);
        at += source.size;
      }
    };
  return { size, stream: read(streamed), lend: read(lent) };
}

/** The part of `source` from `start` to `end`. */
export const slice = (source: ByteSource, start: number, end: number): ByteSource => ({
  size: end - start,
  stream: (from = 0, to = end - start) => source.stream(start + from, start + to),
  lend: (from = 0, to = end - start) => lent(source, start + from, start + to),
});

/** All bytes in one piece. Refuses more than `limit` (bytes): use it only for what is small by nature. Errors: ARCHIVE_TOO_LARGE. */
export async function collect(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit)
      throw new RolesError("ARCHIVE_TOO_LARGE", `more than ${limit} bytes where fewer were expected`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Lower-case hex sha256 of a source. */
export const sourceSha256 = (source: ByteSource): Promise<string> => sha256(lent(source));

/** Lower-case hex sha256 of everything in `chunks`. */
export async function sha256(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
