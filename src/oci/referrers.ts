import { isRolesError } from "../errors.ts";
import { ask, type Connection } from "./connection.ts";
import { type Digest, digestHex } from "./digest.ts";
import { documentBytes, parseDocument } from "./document.ts";
import { mediaTypes } from "./media-types.ts";
import { type Descriptor, imageIndexSchema, imageManifestSchema } from "./model.ts";
import { pullManifest } from "./pull.ts";
import { pushManifest } from "./push.ts";
import { byTag, formatReference, type Reference } from "./reference.ts";
import { collectManifest, type ImageSource } from "./source.ts";
import { nextPage } from "./tags.ts";

const MAX_PAGES = 50;

/**
 * What refers to a manifest (signatures, attestations), by the referrers API or, where a registry lacks it, by the tag
 * `sha256-<hex>` (distribution-spec 1.1, "Listing Referrers"). Errors: REGISTRY_DENIED, REGISTRY_UNREACHABLE.
 */
export async function listReferrers(
  connection: Connection,
  repository: Reference,
  digest: Digest,
): Promise<Descriptor[]> {
  try {
    return await byApi(connection, repository, digest);
  } catch (error) {
    // Registries without the API answer with all sorts of things.
    if (!isRolesError(error, "REGISTRY_NOT_FOUND", "REGISTRY_PROTOCOL")) throw error;
    return byFallbackTag(connection, repository, digest);
  }
}

async function byApi(connection: Connection, repository: Reference, digest: Digest): Promise<Descriptor[]> {
  const what = `the referrers of ${digest}`;
  const found: Descriptor[] = [];
  let path: string | undefined = `referrers/${digest}`;
  for (let pages = 0; path !== undefined && pages < MAX_PAGES; pages++) {
    const response = await ask(connection, repository, path, { headers: { accept: mediaTypes.index } });
    const bytes = await collectManifest(response.body, undefined, what);
    found.push(...parseDocument(bytes, imageIndexSchema, what).manifests);
    path = nextPage(response.headers["link"], path);
  }
  return found;
}

/** Where referrers of a digest are listed for want of the API: the referrers tag schema. */
export const referrersTag = (repository: Reference, digest: Digest): Reference =>
  byTag(repository, `sha256-${digestHex(digest)}`);

const byFallbackTag = (
  connection: Connection,
  repository: Reference,
  digest: Digest,
): Promise<Descriptor[]> =>
  taggedReferrers((tag) => pullManifest(connection, tag), referrersTag(repository, digest));

/** The referrers that a tag lists; none where there is no such tag. */
export async function taggedReferrers(
  manifest: ImageSource["manifest"],
  tag: Reference,
): Promise<Descriptor[]> {
  try {
    const { bytes } = await manifest(tag);
    return parseDocument(bytes, imageIndexSchema, formatReference(tag)).manifests;
  } catch (error) {
    if (isRolesError(error, "REGISTRY_NOT_FOUND")) return [];
    throw error;
  }
}

/** Lists a pushed manifest under its subject's fallback tag, for a registry that did not take note of the subject itself. */
export async function listUnderSubject(
  connection: Connection,
  repository: Reference,
  pushed: { mediaType: string; digest: Digest; bytes: Uint8Array },
): Promise<void> {
  const { subject, artifactType, annotations, config } = parseDocument(
    pushed.bytes,
    imageManifestSchema,
    `the manifest ${pushed.digest}`,
  );
  if (!subject) return;
  const others = await byFallbackTag(connection, repository, subject.digest);
  const own: Descriptor = {
    mediaType: pushed.mediaType,
    digest: pushed.digest,
    size: pushed.bytes.length,
    artifactType: artifactType ?? config.mediaType,
    ...(annotations === undefined ? {} : { annotations }),
  };
  const manifests = [...others.filter(({ digest }) => digest !== pushed.digest), own];
  await pushManifest(connection, referrersTag(repository, subject.digest), {
    mediaType: mediaTypes.index,
    bytes: documentBytes({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }),
  });
}
