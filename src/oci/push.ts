import { RolesError } from "../errors.ts";
import { type ByteSource, fromBytes } from "../formats/bytes.ts";
import { type Connection, scopeOf, sendTo } from "./connection.ts";
import { type Digest, digestOf } from "./digest.ts";
import { failureOf } from "./failure.ts";
import type { Descriptor } from "./model.ts";
import { formatReference, type Reference } from "./reference.ts";
import type { OciRequest } from "./transport/send.ts";
import { locationOf } from "./transport/redirect.ts";
import { uploadBlob } from "./upload.ts";

export interface PushBlobOptions {
  /** Another repository of the same registry that may have the blob already. */
  mountFrom?: string;
}

/** Puts a blob into a repository unless it is there. Returns whether bytes were sent. Errors: REGISTRY_DENIED, REGISTRY_UNREACHABLE, REGISTRY_PROTOCOL. */
export async function pushBlob(
  connection: Connection,
  reference: Reference,
  { descriptor, content, mountFrom }: { descriptor: Descriptor; content: ByteSource } & PushBlobOptions,
): Promise<boolean> {
  if (await hasBlob(connection, reference, descriptor.digest)) return false;
  const location = await startUpload(connection, reference, descriptor.digest, mountFrom);
  if (!location) return false;
  await uploadBlob(connection, {
    location,
    restart: async () =>
      (await hasBlob(connection, reference, descriptor.digest))
        ? undefined
        : startUpload(connection, reference, descriptor.digest),
    digest: descriptor.digest,
    content,
    what: formatReference(reference),
    scope: scopeOf(connection.endpoints.write(reference), "pull,push"),
  });
  return true;
}

/** Puts a manifest or index under the reference's tag, else under its digest. Errors: as `pushBlob`; DIGEST_MISMATCH. */
export async function pushManifest(
  connection: Connection,
  reference: Reference,
  { mediaType, bytes }: { mediaType: string; bytes: Uint8Array },
): Promise<{ digest: Digest; knowsReferrers: boolean }> {
  const digest = digestOf(bytes);
  const base = connection.endpoints.write(reference);
  const what = formatReference(reference);
  const response = await sendTo(connection, {
    method: "PUT",
    url: new URL(`manifests/${reference.tag ?? digest}`, base),
    headers: { "content-type": mediaType },
    body: fromBytes(bytes),
    scope: scopeOf(base, "pull,push"),
  });
  if (response.status !== 201) throw await failureOf(response, what);
  await response.discard();
  const stored = response.headers["docker-content-digest"];
  if (stored !== undefined && stored !== digest)
    throw new RolesError(
      "DIGEST_MISMATCH",
      `${what}: the registry stored ${digest} as ${stored.slice(0, 80)}`,
    );
  return { digest, knowsReferrers: response.headers["oci-subject"] !== undefined };
}

async function hasBlob(connection: Connection, reference: Reference, digest: Digest): Promise<boolean> {
  const base = connection.endpoints.write(reference);
  const response = await sendTo(connection, {
    method: "HEAD",
    url: new URL(`blobs/${digest}`, base),
    scope: scopeOf(base, "pull,push"),
  });
  await response.discard();
  return response.status === 200;
}

/** Opens an upload, or mounts the blob from another repository: then there is nothing to upload. */
async function startUpload(
  connection: Connection,
  reference: Reference,
  digest: Digest,
  mountFrom?: string,
): Promise<URL | undefined> {
  const base = connection.endpoints.write(reference);
  const url = new URL("blobs/uploads/", base);
  if (mountFrom !== undefined) {
    url.searchParams.set("mount", digest);
    url.searchParams.set("from", mountFrom);
  }
  const source = mountFrom === undefined ? "" : ` repository:${mountFrom}:pull`;
  const request: OciRequest = {
    method: "POST",
    url,
    headers: { "content-length": "0" },
    scope: scopeOf(base, "pull,push") + source,
  };
  const response = await sendTo(connection, request);
  if (response.status === 201 && mountFrom !== undefined) {
    await response.discard();
    return undefined;
  }
  const location = response.headers["location"];
  if (response.status !== 202 || location === undefined)
    throw await failureOf(response, formatReference(reference));
  await response.discard();
  return locationOf({ ...request, url: response.url }, location);
}
