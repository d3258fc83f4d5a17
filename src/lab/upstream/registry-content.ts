import { type ByteSource, fromFile } from "../../formats/bytes.ts";
import type { CacheEntry } from "../../image/cache-entry.ts";
import { assembleImage, assembleIndex, describe } from "../../oci/assemble.ts";
import { type Digest, digestHex } from "../../oci/digest.ts";
import { documentBytes } from "../../oci/document.ts";
import { smallLayer } from "../../oci/layer.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import { repositoryIn } from "../../oci/registry/repository.ts";
import { memoryStore, type RegistryStore } from "../../oci/registry/store.ts";
import { standInLabel } from "../../talos/stand-in.ts";
import type { ArchImages, MadeExtension } from "./arch-images.ts";
import type { MadeImage } from "./image-piece.ts";
import { newTree } from "./tree.ts";

/** A store that is filled in memory, with the large content left where it lies. */
export async function cachedStore(pieces: readonly CacheEntry[]): Promise<RegistryStore> {
  const files = new Map<string, ByteSource>();
  for (const piece of pieces)
    for (const [name, { path }] of Object.entries(piece.files))
      files.set(`blobs/${name}`, await fromFile(path));
  const memory = memoryStore();
  return { ...memory, get: async (key) => (await memory.get(key)) ?? files.get(key) };
}

/** Puts every image under its own repository and tag, as an index over the architectures, and the list of all extensions. */
export async function fill(store: RegistryStore, version: string, all: readonly ArchImages[]): Promise<void> {
  const [first] = all;
  if (!first) return;
  for (const { repository } of first.talos) await putIndex(store, imagesOf(all, repository));
  const listed: { extension: MadeExtension; digest: Digest }[] = [];
  for (const extension of first.extensions)
    listed.push({ extension, digest: await putIndex(store, imagesOf(all, extension.repository)) });
  await putList(
    store,
    version,
    all.map(({ arch }) => arch),
    listed,
  );
}

const imagesOf = (all: readonly ArchImages[], repository: string): MadeImage[] =>
  all.flatMap(({ talos, extensions }) =>
    [...talos, ...extensions].filter((image) => image.repository === repository),
  );

async function putIndex(store: RegistryStore, images: readonly MadeImage[]): Promise<Digest> {
  const [{ repository: name, tag } = { repository: "", tag: "" }] = images;
  const repository = repositoryIn(store, name);
  for (const { manifest, blobs } of images) {
    for (const hex of blobs) await repository.linkBlob(`sha256:${hex}`);
    await repository.linkManifest(manifest.digest, mediaTypes.manifest);
  }
  const bytes = documentBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map(({ manifest }) => manifest),
  });
  const { digest } = describe(bytes, mediaTypes.index);
  await repository.putManifest(digest, mediaTypes.index, bytes);
  await repository.tag(tag, digest);
  return digest;
}

/** `extensions:<version>`: a line of `image-digests` for each extension, and `descriptions.yaml` by the same lines. */
async function putList(
  store: RegistryStore,
  version: string,
  archs: readonly string[],
  listed: readonly { extension: MadeExtension; digest: Digest }[],
): Promise<void> {
  const lines = listed.map(
    ({ extension: { repository, tag }, digest }) => `ghcr.io/${repository}:${tag}@${digest}`,
  );
  const descriptions = listed.map(
    ({ extension: { author, description } }, index) =>
      `${lines[index]}:\n  author: ${author}\n  description: |\n    ${description}\n`,
  );
  const tree = newTree()
    .file("image-digests", lines.map((line) => `${line}\n`).join(""))
    .file("descriptions.yaml", descriptions.join(""));
  const layer = await smallLayer((await tree.tar()).stream());
  const repository = repositoryIn(store, "siderolabs/extensions");
  const images = archs.map((architecture) =>
    assembleImage({
      architecture,
      layers: [layer],
      config: { Labels: { [standInLabel]: "the list of Talos' extensions" } },
    }),
  );
  for (const { descriptor, manifest, blobs } of images) {
    for (const blob of blobs) {
      await store.put(`blobs/${digestHex(blob.descriptor.digest)}`, await bytesOf(blob.content));
      await repository.linkBlob(blob.descriptor.digest);
    }
    await repository.putManifest(descriptor.digest, mediaTypes.manifest, manifest);
  }
  const index = assembleIndex(images);
  await repository.putManifest(index.descriptor.digest, mediaTypes.index, index.bytes);
  await repository.tag(version, index.descriptor.digest);
}

async function bytesOf(content: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of content.stream()) parts.push(chunk);
  return Buffer.concat(parts);
}
