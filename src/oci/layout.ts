import { join } from "node:path";
import { isRolesError, RolesError } from "../errors.ts";
import { type ByteSource, fromFile } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { type Digest, digestHex, verified } from "./digest.ts";
import { findEntry, readEntries, writeEntries } from "./layout-index.ts";
import { manifestType } from "./manifest-type.ts";
import type { Descriptor } from "./model.ts";
import { formatReference, type Reference } from "./reference.ts";
import { collectManifest, type ImageSource, type RawManifest } from "./source.ts";

/** An OCI image layout in a directory (image-spec 1.1, image-layout.md): many images, each blob once. */
export interface Layout extends ImageSource {
  /** What index.json lists. */
  entries(): Promise<Descriptor[]>;
  has(descriptor: Pick<Descriptor, "digest" | "size">): Promise<boolean>;
  /** Stores content under its digest, whole or not at all, unless it is there. Errors: DIGEST_MISMATCH, BLOB_TRUNCATED, NO_SPACE. */
  addBlob(descriptor: Descriptor, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Lists manifests and indexes whose blobs are there: the last step, before which no reader sees them. */
  addEntries(entries: Descriptor[]): Promise<void>;
}

/** Opens a layout for reading and adding; nothing is written before something is added. Errors: FILE_NOT_FOUND, REGISTRY_NOT_FOUND for what it does not have. */
export function openLayout(directory: string): Layout {
  const has: Layout["has"] = async ({ digest, size }) => (await storedBlob(directory, digest))?.size === size;
  return {
    has,
    entries: () => readEntries(directory),
    manifest: (reference) => readManifest(directory, reference),
    blob: (_reference, descriptor) => readBlob(directory, descriptor),
    async addBlob(descriptor, content) {
      if (await has(descriptor)) return;
      await writeFileWhole(blobPath(directory, descriptor.digest), verified(content, descriptor, directory));
    },
    addEntries: (entries) => writeEntries(directory, entries),
  };
}

const blobPath = (directory: string, digest: Digest): string =>
  join(directory, "blobs", "sha256", digestHex(digest));

async function storedBlob(directory: string, digest: Digest): Promise<ByteSource | undefined> {
  try {
    return await fromFile(blobPath(directory, digest));
  } catch (error) {
    if (isRolesError(error, "FILE_NOT_FOUND")) return undefined;
    throw error;
  }
}

async function requireBlob(directory: string, digest: Digest): Promise<ByteSource> {
  const found = await storedBlob(directory, digest);
  if (found) return found;
  throw new RolesError("REGISTRY_NOT_FOUND", `${directory} does not have ${digest}`, {
    hint: "The layout is incomplete: make it again.",
  });
}

async function readManifest(directory: string, reference: Reference): Promise<RawManifest> {
  const what = `${directory}: ${formatReference(reference)}`;
  const wanted: { digest: Digest; mediaType?: string } =
    reference.digest === undefined ? await findEntry(directory, reference) : { digest: reference.digest };
  const { digest } = wanted;
  const bytes = await collectManifest((await requireBlob(directory, digest)).stream(), digest, what);
  return { mediaType: manifestType(bytes, wanted.mediaType, what), digest, bytes };
}

async function* readBlob(directory: string, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const file = await requireBlob(directory, descriptor.digest);
  yield* verified(file.stream(), descriptor, directory);
}
