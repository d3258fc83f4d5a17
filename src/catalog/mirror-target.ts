import { fromBytes } from "../formats/bytes.ts";
import { describe } from "../oci/assemble.ts";
import { blobBytes } from "../oci/blob-bytes.ts";
import type { RegistryClient } from "../oci/client.ts";
import type { Digest } from "../oci/digest.ts";
import { documentBytes, parseDocument } from "../oci/document.ts";
import { openLayout } from "../oci/layout.ts";
import { namedEntry } from "../oci/layout-index.ts";
import { isIndexType, mediaTypes } from "../oci/media-types.ts";
import { type Descriptor, imageIndexSchema } from "../oci/model.ts";
import { byDigest, byTag, formatReference, parseReference, type Reference } from "../oci/reference.ts";
import { referrersTag } from "../oci/referrers.ts";
import type { SignatureManifest } from "../oci/signature/find.ts";
import type { RawManifest } from "../oci/source.ts";

/** One image of a mirror whose blobs are there. */
export interface TargetImage {
  repository: string;
  tag: string;
  /** For one architecture. */
  manifest: RawManifest;
  /** What the tag pointed at: an index, or the manifest itself. */
  top: RawManifest;
}

/** Where a mirror is made. */
export interface MirrorTarget {
  blob(reference: Reference, descriptor: Descriptor, content: () => AsyncIterable<Uint8Array>): Promise<void>;
  image(image: TargetImage): Promise<void>;
  /** A signature of the manifest or index `of`, whose blobs are there. */
  signature(repository: Reference, of: Digest, found: SignatureManifest): Promise<void>;
  /** Makes everything visible; the last step. */
  finish(): Promise<void>;
}

const descriptorOf = ({ mediaType, digest, bytes }: RawManifest): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

const referenceOf = ({ repository, tag, top }: TargetImage): Reference => {
  const { registry, repository: path } = parseReference(repository);
  return tag === ""
    ? { registry, repository: path, digest: top.digest }
    : { registry, repository: path, tag };
};

/** An OCI image layout in a directory. Its indexes are those of the registry, so they may name architectures that it does not have. */
export function layoutTarget(directory: string): MirrorTarget {
  const layout = openLayout(directory);
  const entries: Descriptor[] = [];
  /** By the tag that lists them: a layout has no other place for referrers. */
  const referrers = new Map<string, { tag: Reference; list: Descriptor[] }>();
  return {
    blob: (_reference, descriptor, content) => layout.addBlob(descriptor, lazily(content)),
    async image(image) {
      for (const raw of [image.manifest, image.top])
        await layout.addBlob(descriptorOf(raw), fromBytes(raw.bytes).stream());
      entries.push(namedEntry(descriptorOf(image.top), referenceOf(image)));
    },
    async signature(repository, of, { raw, tag, listed }) {
      await layout.addBlob(descriptorOf(raw), fromBytes(raw.bytes).stream());
      if (tag !== undefined) entries.push(namedEntry(descriptorOf(raw), byTag(repository, tag)));
      if (!listed) return;
      const list = referrersTag(repository, of);
      const key = formatReference(list);
      referrers.set(key, { tag: list, list: [...(referrers.get(key)?.list ?? []), listed] });
    },
    async finish() {
      for (const { tag, list } of referrers.values()) {
        const bytes = documentBytes({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: list });
        const descriptor = describe(bytes, mediaTypes.index);
        await layout.addBlob(descriptor, fromBytes(bytes).stream());
        entries.push(namedEntry(descriptor, tag));
      }
      await layout.addEntries(entries);
    },
  };
}

async function* lazily(content: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* content();
}

/**
 * A registry, under `prefix` (`registry.local:5000` or with a path): repositories keep their paths, so that `--mirror ghcr.io=URL` finds them.
 * Tags point at an index of the architectures that were copied.
 */
export function registryTarget(client: RegistryClient, prefix: string): MirrorTarget {
  const images = new Map<string, { reference: Reference; images: TargetImage[] }>();
  const there = ({ repository }: Reference): Reference => parseReference(`${prefix}/${repository}`);
  return {
    async blob(reference, descriptor, content) {
      await client.pushBlob(there(reference), descriptor, blobBytes(descriptor.size, content));
    },
    async image(image) {
      const reference = referenceOf(image);
      const to = there(reference);
      await client.pushManifest(
        byDigest(to, image.manifest.digest),
        image.manifest.mediaType,
        image.manifest.bytes,
      );
      const key = `${image.repository}:${image.tag}`;
      const known = images.get(key) ?? {
        reference: reference.tag === undefined ? to : { ...to, tag: reference.tag },
        images: [],
      };
      images.set(key, { ...known, images: [...known.images, image] });
    },
    async signature(repository, _of, { raw, tag }) {
      const to = there(repository);
      const reference = tag === undefined ? byDigest(to, raw.digest) : byTag(to, tag);
      await client.pushManifest(reference, raw.mediaType, raw.bytes);
    },
    async finish() {
      for (const { reference, images: copied } of images.values())
        if (reference.tag !== undefined) await pushTag(client, reference, copied);
    },
  };
}

/** Registries refuse an index that names manifests they do not have. */
async function pushTag(
  client: RegistryClient,
  reference: Reference,
  images: readonly TargetImage[],
): Promise<void> {
  const [first] = images;
  if (!first) return;
  if (!isIndexType(first.top.mediaType)) {
    await client.pushManifest(reference, first.top.mediaType, first.top.bytes);
    return;
  }
  const { manifests } = parseDocument(first.top.bytes, imageIndexSchema, reference.repository);
  const here = manifests.filter(({ digest }) => images.some(({ manifest }) => manifest.digest === digest));
  const whole = here.length === manifests.length;
  const bytes = whole
    ? first.top.bytes
    : documentBytes({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: here });
  await client.pushManifest(reference, whole ? first.top.mediaType : mediaTypes.index, bytes);
}
