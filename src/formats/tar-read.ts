import { createTarDecoder, type TarHeader } from "modern-tar";
import { isRolesError, RolesError } from "../errors.ts";
import type { TarType } from "./tar.ts";

export interface ReadTarHeader {
  /** As written in the archive, without a trailing "/": check it with `safePath` before it names a file. */
  path: string;
  type: TarType;
  mode: number;
  /** Seconds since 1970, perhaps with a fraction. */
  mtime: number;
  uid: number;
  gid: number;
  /** 0 for all but files. */
  size: number;
  /** Target of a symbolic or hard link; else "". */
  linkTarget: string;
  /** Extended attributes (PAX records SCHILY.xattr.*). */
  xattrs: Record<string, string>;
}

/** One entry; its body must be read before the next entry is asked for, and what is left of it is passed over then. */
export interface ReadTarEntry {
  header: ReadTarHeader;
  body: AsyncIterable<Uint8Array>;
}

const XATTR = "SCHILY.xattr.";

/** The entries of a tar archive (ustar, PAX, GNU long names) as they come. Holds about a megabyte. Errors: ARCHIVE_INVALID. */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ReadTarEntry> {
  const source = chunks[Symbol.asyncIterator]();
  const input = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else if (value.length > 0) controller.enqueue(value);
      else await this.pull?.(controller);
    },
    async cancel() {
      await source.return?.();
    },
  });
  const reader = input.pipeThrough(createTarDecoder({ strict: true })).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const body = value.body.getReader();
      yield { header: toHeader(value.header), body: bodyOf(body) };
      // Read to its end and not cancelled: after a cancelled body the decoder may wait for ever (modern-tar 0.8).
      for await (const _ of bodyOf(body));
    }
  } catch (error) {
    throw asInvalid(error);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* bodyOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw asInvalid(error);
  }
}

function toHeader(header: TarHeader): ReadTarHeader {
  const xattrs = Object.entries(header.pax ?? {})
    .filter(([key]) => key.startsWith(XATTR))
    .map(([key, value]) => [key.slice(XATTR.length), value] as const);
  return {
    path: header.name.replace(/\/+$/, ""),
    type: header.type ?? "file",
    mode: (header.mode ?? 0) & 0o7777,
    mtime: (header.mtime?.getTime() ?? 0) / 1000,
    uid: header.uid ?? 0,
    gid: header.gid ?? 0,
    size: header.size,
    linkTarget: header.linkname ?? "",
    xattrs: Object.fromEntries(xattrs),
  };
}

function asInvalid(error: unknown): unknown {
  if (isRolesError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RolesError("ARCHIVE_INVALID", `the tar archive cannot be read: ${reason}`, { cause: error });
}
