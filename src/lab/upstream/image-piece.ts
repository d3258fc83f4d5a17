import { rename } from "node:fs/promises";
import { join } from "node:path";
import { writeFileWhole } from "../../formats/files.ts";
import { assembleImage } from "../../oci/assemble.ts";
import { digestHex } from "../../oci/digest.ts";
import { writeLayer } from "../../oci/layer.ts";
import type { Descriptor } from "../../oci/model.ts";
import type { Arch } from "../../talos/arch.ts";
import { standInLabel } from "../../talos/stand-in.ts";
import type { Tree } from "./tree.ts";

/** One image for one architecture; its blobs lie in the same piece of the cache, each named by the hex of its sha256. */
export interface MadeImage {
  /** `siderolabs/drbd`. */
  repository: string;
  tag: string;
  manifest: Descriptor;
  /** Hex of every blob that the manifest names. */
  blobs: string[];
}

interface ImageOptions {
  repository: string;
  tag: string;
  arch: Arch;
  content: Tree;
  /** The `config` object of the image. */
  config?: Record<string, unknown>;
  labels?: Record<string, string>;
  /** What it stands in for, in a few words. */
  standIn: string;
  /** Folder of the piece. */
  folder: string;
}

/** Writes an image of one layer into a piece of the cache. The same content gives the same digests. Errors: NO_SPACE. */
export async function makeImage(options: ImageOptions): Promise<MadeImage> {
  const { repository, tag, arch, content, folder, config = {}, labels = {}, standIn } = options;
  const path = join(folder, `layer-${repository.replaceAll("/", "-")}`);
  const layer = await writeLayer(path, (await content.tar()).stream());
  await rename(path, join(folder, digestHex(layer.descriptor.digest)));
  const image = assembleImage({
    architecture: arch,
    layers: [layer],
    config: { ...config, Labels: { ...labels, [standInLabel]: standIn } },
  });
  const configDescriptor = image.blobs[0]?.descriptor ?? image.descriptor;
  await writeFileWhole(join(folder, digestHex(configDescriptor.digest)), image.config);
  await writeFileWhole(join(folder, digestHex(image.descriptor.digest)), image.manifest);
  return {
    repository,
    tag,
    manifest: image.descriptor,
    blobs: image.blobs.map(({ descriptor }) => digestHex(descriptor.digest)),
  };
}
