import { collect } from "../../formats/bytes.ts";
import { isRolesError } from "../../errors.ts";
import { digestOf, isDigest } from "../digest.ts";
import { DOCUMENT_LIMIT, parseDocument } from "../document.ts";
import { manifestType } from "../manifest-type.ts";
import { isIndexType } from "../media-types.ts";
import { type Descriptor, imageIndexSchema, imageManifestSchema } from "../model.ts";
import { isTag } from "../reference.ts";
import type { Call } from "./call.ts";
import { refusal, type Reply } from "./reply.ts";
import type { Repository } from "./repository.ts";

/** GET, HEAD, PUT and DELETE of `/v2/<name>/manifests/<reference>`. */
export function manifests(call: Call): Promise<Reply> | Reply {
  if (!isDigest(call.target) && !isTag(call.target))
    return refusal(400, "MANIFEST_INVALID", "no tag or digest");
  if (call.method === "GET" || call.method === "HEAD") return read(call);
  if (call.method === "PUT") return write(call);
  if (call.method === "DELETE") return remove(call);
  return refusal(405, "UNSUPPORTED", "no such method here");
}

async function read({ repository, target }: Call): Promise<Reply> {
  const found = await repository.manifest(target);
  if (!found) return refusal(404, "MANIFEST_UNKNOWN", "no such manifest");
  return {
    status: 200,
    headers: { "content-type": found.mediaType, "docker-content-digest": found.digest },
    body: found.content,
  };
}

async function write({ repository, target, name, headers, body }: Call): Promise<Reply> {
  const bytes = await collect(body, DOCUMENT_LIMIT).catch(() => undefined);
  if (!bytes) return refusal(413, "MANIFEST_INVALID", "too large");
  const digest = digestOf(bytes);
  if (isDigest(target) && target !== digest)
    return refusal(400, "DIGEST_INVALID", "the digest does not match");
  const checked = await check(bytes, headers["content-type"], repository);
  if ("status" in checked) return checked;
  await repository.putManifest(digest, checked.mediaType, bytes);
  if (!isDigest(target)) await repository.tag(target, digest);
  return {
    status: 201,
    headers: {
      location: `/v2/${name}/manifests/${digest}`,
      "docker-content-digest": digest,
      ...(checked.subject === undefined ? {} : { "oci-subject": checked.subject }),
    },
  };
}

/** The manifest must parse, and what it names must be there. */
async function check(
  bytes: Uint8Array,
  contentType: string | undefined,
  repository: Repository,
): Promise<{ mediaType: string; subject?: string } | Reply> {
  try {
    const mediaType = manifestType(bytes, contentType, "the push");
    const { subject, missing } = isIndexType(mediaType)
      ? await checkIndex(bytes, repository)
      : await checkImage(bytes, repository);
    if (missing !== undefined) return refusal(404, "MANIFEST_BLOB_UNKNOWN", `${missing} is not here`);
    return { mediaType, ...(subject === undefined ? {} : { subject: subject.digest }) };
  } catch (error) {
    if (isRolesError(error)) return refusal(400, "MANIFEST_INVALID", error.message);
    throw error;
  }
}

interface Checked {
  subject: Descriptor | undefined;
  missing: string | undefined;
}

async function checkImage(bytes: Uint8Array, repository: Repository): Promise<Checked> {
  const { config, layers, subject } = parseDocument(bytes, imageManifestSchema, "the push");
  for (const { digest } of [config, ...layers])
    if (!(await repository.blob(digest))) return { subject, missing: digest };
  return { subject, missing: undefined };
}

async function checkIndex(bytes: Uint8Array, repository: Repository): Promise<Checked> {
  const { manifests, subject } = parseDocument(bytes, imageIndexSchema, "the push");
  for (const { digest } of manifests)
    if (!(await repository.manifest(digest))) return { subject, missing: digest };
  return { subject, missing: undefined };
}

async function remove({ repository, target }: Call): Promise<Reply> {
  if (!(await repository.manifest(target))) return refusal(404, "MANIFEST_UNKNOWN", "no such manifest");
  await (isDigest(target) ? repository.removeManifest(target) : repository.removeTag(target));
  return { status: 202 };
}
