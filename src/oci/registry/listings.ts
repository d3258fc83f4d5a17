import { collect } from "../../formats/bytes.ts";
import { isDigest } from "../digest.ts";
import { DOCUMENT_LIMIT } from "../document.ts";
import { mediaTypes } from "../media-types.ts";
import { type Descriptor, type ImageManifest } from "../model.ts";
import type { Call } from "./call.ts";
import { json, refusal, type Reply } from "./reply.ts";
import type { StoredManifest } from "./repository.ts";

/** GET of `/v2/<name>/tags/list`, in pages of `n` after `last`. */
export async function tags({ repository, name, url }: Call): Promise<Reply> {
  const all = await repository.tags();
  if (all.length === 0 && (await repository.manifests()).length === 0)
    return refusal(404, "NAME_UNKNOWN", "no such repository");
  const last = url.searchParams.get("last") ?? "";
  const rest = all.filter((tag) => tag > last);
  const n = Number(url.searchParams.get("n") ?? rest.length);
  const page = Number.isSafeInteger(n) && n >= 0 ? rest.slice(0, n) : rest;
  const next = `</v2/${name}/tags/list?n=${n}&last=${page.at(-1) ?? ""}>; rel="next"`;
  return json({ name, tags: page }, page.length > 0 && page.length < rest.length ? { link: next } : {});
}

/** GET of `/v2/<name>/referrers/<digest>`: the manifests whose subject it is. */
export async function referrers({ repository, target, url }: Call): Promise<Reply> {
  if (!isDigest(target)) return refusal(400, "DIGEST_INVALID", "not a sha256 digest");
  const wanted = url.searchParams.get("artifactType");
  const manifests: Descriptor[] = [];
  for (const digest of await repository.manifests()) {
    const found = await repository.manifest(digest);
    const descriptor = found && (await describe(found, target));
    if (descriptor && (wanted === null || descriptor.artifactType === wanted)) manifests.push(descriptor);
  }
  return {
    ...json(
      { schemaVersion: 2, mediaType: mediaTypes.index, manifests },
      {
        "content-type": mediaTypes.index,
        ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }),
      },
    ),
  };
}

async function describe(stored: StoredManifest, subject: string): Promise<Descriptor | undefined> {
  const bytes = await collect(stored.content.stream(), DOCUMENT_LIMIT);
  // Checked against its schema when it was pushed.
  const manifest = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<ImageManifest>;
  if (manifest.subject?.digest !== subject) return undefined;
  const artifactType = manifest.artifactType ?? manifest.config?.mediaType;
  return {
    mediaType: stored.mediaType,
    digest: stored.digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
  };
}
