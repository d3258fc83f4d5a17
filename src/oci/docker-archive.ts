import { type ByteSource, fromBytes } from "../formats/bytes.ts";
import { tarArchive, type TarEntry } from "../formats/tar.ts";
import type { AssembledImage } from "./assemble.ts";
import { digestHex } from "./digest.ts";
import { documentBytes } from "./document.ts";
import { mediaTypes } from "./media-types.ts";

/** An image as `docker load` and Talos' own tools take it, in the form that the official imager writes: config, layers, manifest.json. */
export const dockerArchive = (image: AssembledImage, tags: readonly string[]): Promise<ByteSource> =>
  tarArchive(dockerArchiveEntries(image, tags));

/** Its files in order. */
export function dockerArchiveEntries(image: AssembledImage, tags: readonly string[]): TarEntry[] {
  const [config] = image.blobs;
  const configName = config?.descriptor.digest ?? "";
  const layers = image.layers.map(({ descriptor, content }) => ({
    path: `${digestHex(descriptor.digest)}${extension(descriptor.mediaType)}`,
    data: content,
  }));
  const manifest = [{ Config: configName, RepoTags: tags, Layers: layers.map(({ path }) => path) }];
  // The same layer twice is one file.
  const once = new Map(layers.map((layer) => [layer.path, layer]));
  return [
    { path: configName, data: fromBytes(image.config) },
    ...once.values(),
    { path: "manifest.json", data: fromBytes(documentBytes(manifest)) },
  ];
}

const extension = (mediaType: string): string =>
  mediaType === mediaTypes.layer ? ".tar" : mediaType === mediaTypes.layerZstd ? ".tar.zst" : ".tar.gz";
