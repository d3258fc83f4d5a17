import { isRolesError, RolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import { type Digest, verifyBytes } from "./digest.ts";
import { DOCUMENT_LIMIT } from "./document.ts";
import type { Descriptor } from "./model.ts";
import type { Reference } from "./reference.ts";

/** A manifest or index as it was sent: the bytes that its digest names. */
export interface RawManifest {
  mediaType: string;
  digest: Digest;
  bytes: Uint8Array;
}

/** Where images can be read from: a registry, an OCI layout, a docker-archive or a cache in front of one of them. */
export interface ImageSource {
  /** Errors: REGISTRY_NOT_FOUND, DIGEST_MISMATCH and those of the place. */
  manifest(reference: Reference): Promise<RawManifest>;
  /** The content, checked for digest and size while it streams. Errors: BLOB_TRUNCATED, DIGEST_MISMATCH and those of the place. */
  blob(reference: Reference, descriptor: Descriptor): AsyncIterable<Uint8Array>;
}

/** A small blob (config, signature) in one piece. Errors: as `blob`; REGISTRY_PROTOCOL when it is said to be larger than 4 MiB. */
export async function readDocument(
  source: ImageSource,
  reference: Reference,
  descriptor: Descriptor,
): Promise<Uint8Array> {
  if (descriptor.size > DOCUMENT_LIMIT) throw tooLarge(descriptor.digest, descriptor.size);
  return collect(source.blob(reference, descriptor), DOCUMENT_LIMIT);
}

/** What a manifest read from anywhere must satisfy. Errors: DIGEST_MISMATCH, REGISTRY_PROTOCOL. */
export async function collectManifest(
  chunks: AsyncIterable<Uint8Array>,
  expected: Digest | undefined,
  what: string,
): Promise<Uint8Array> {
  const bytes = await collect(chunks, DOCUMENT_LIMIT).catch((error: unknown) => {
    throw isRolesError(error, "ARCHIVE_TOO_LARGE") ? tooLarge(what) : error;
  });
  if (expected !== undefined) verifyBytes(bytes, expected, what);
  return bytes;
}

const tooLarge = (what: string, size?: number): RolesError =>
  new RolesError(
    "REGISTRY_PROTOCOL",
    `${what} is ${size ?? `more than ${DOCUMENT_LIMIT}`} bytes, too large for a document`,
    { hint: "No manifest or config of a real image is that large; the source may be broken or hostile." },
  );
