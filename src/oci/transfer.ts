import { type AssembledImage, assembleIndex } from "./assemble.ts";
import type { RegistryClient } from "./client.ts";
import type { Digest } from "./digest.ts";
import type { Layout } from "./layout.ts";
import { namedEntry } from "./layout-index.ts";
import { mediaTypes } from "./media-types.ts";
import { byDigest, type Reference } from "./reference.ts";

/** Pushes an image under a reference: what the registry has already is not sent. Returns the manifest's digest. Errors: REGISTRY_*. */
export async function pushImage(
  client: RegistryClient,
  reference: Reference,
  image: AssembledImage,
): Promise<Digest> {
  for (const { descriptor, content } of image.blobs) await client.pushBlob(reference, descriptor, content);
  return client.pushManifest(reference, image.descriptor.mediaType, image.manifest);
}

/** Pushes images of several architectures under one tag, as an index. */
export async function pushIndex(
  client: RegistryClient,
  reference: Reference,
  images: readonly AssembledImage[],
): Promise<Digest> {
  for (const image of images) await pushImage(client, byDigest(reference, image.descriptor.digest), image);
  return client.pushManifest(reference, mediaTypes.index, assembleIndex(images).bytes);
}

/** Adds an image to a layout; it is listed when all of it is there. Errors: NO_SPACE, DIGEST_MISMATCH. */
export async function addImage(layout: Layout, reference: Reference, image: AssembledImage): Promise<void> {
  for (const { descriptor, content } of image.blobs) await layout.addBlob(descriptor, content.stream());
  await layout.addBlob(
    image.descriptor,
    (async function* () {
      yield image.manifest;
    })(),
  );
  await layout.addEntries([namedEntry(image.descriptor, reference)]);
}
