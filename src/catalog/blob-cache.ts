import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileSha256 } from "../formats/file-sha256.ts";
import { asDiskError, makeFolder } from "../formats/files.ts";
import { digestHex } from "../oci/digest.ts";
import { manifestType } from "../oci/manifest-type.ts";
import type { Descriptor } from "../oci/model.ts";
import { formatReference } from "../oci/reference.ts";
import type { ImageSource } from "../oci/source.ts";

/**
 * A source in front of another that keeps what was asked for by digest, in files by digest: what is there already is not fetched again.
 * Blobs are kept while they stream to the caller. Kept content is checked before it is used; what is damaged is fetched again. Safe for
 * several processes. Errors: those of `source`, NO_SPACE.
 */
export function cachingSource(source: ImageSource, cacheDir: string): ImageSource {
  const pathOf = (digest: Descriptor["digest"]): string =>
    join(cacheDir, "blobs", "sha256", digestHex(digest).slice(0, 2), digestHex(digest));
  return {
    async manifest(reference) {
      const { digest } = reference;
      if (digest === undefined) return source.manifest(reference);
      const path = pathOf(digest);
      const bytes = await wholeFile(path, digest);
      if (bytes)
        return { mediaType: manifestType(bytes, undefined, formatReference(reference)), digest, bytes };
      const fetched = await source.manifest(reference);
      await keep(path, fetched.bytes);
      return fetched;
    },
    async *blob(reference, descriptor) {
      const path = pathOf(descriptor.digest);
      // Small chunks: several blobs may be read at once, and what has passed is not collected at once.
      if (await isGood(path, descriptor.digest)) yield* createReadStream(path, { highWaterMark: 1 << 16 });
      else yield* keeping(path, source.blob(reference, descriptor));
    },
  };
}

/** Whether the file is there and what it says; what is damaged is removed. */
async function isGood(path: string, digest: Descriptor["digest"]): Promise<boolean> {
  const found = await fileSha256(path);
  if (found !== undefined && found !== digestHex(digest)) await rm(path, { force: true });
  return found === digestHex(digest);
}

const wholeFile = async (path: string, digest: Descriptor["digest"]): Promise<Uint8Array | undefined> =>
  (await isGood(path, digest)) ? readFile(path) : undefined;

async function keep(path: string, bytes: Uint8Array): Promise<void> {
  for await (const _ of keeping(path, one(bytes)));
}

// oxlint-disable-next-line require-await
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Passes chunks on and keeps them under `path` once all have come; a reader that stops early leaves nothing behind. */
async function* keeping(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await makeFolder(dirname(path));
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, "wx").catch((error: unknown) => {
    throw asDiskError(error, path);
  });
  let whole = false;
  try {
    for await (const chunk of chunks) {
      await write(file, chunk, path);
      yield chunk;
    }
    whole = true;
  } finally {
    await file.close();
    if (whole) await takePlace(temporary, path);
    else await rm(temporary, { force: true }).catch(() => {});
  }
}

/** With a coded error: who reads the blob would take any other for a fault of the blob. */
const takePlace = (temporary: string, path: string): Promise<void> =>
  rename(temporary, path).catch((error: unknown) => {
    throw asDiskError(error, path);
  });

async function write(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    await file.writeFile(chunk);
  } catch (error) {
    throw asDiskError(error, path);
  }
}
