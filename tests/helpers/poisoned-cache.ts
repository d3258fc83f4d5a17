import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, fromBytes } from "../../src/formats/bytes.ts";
import { describe as descriptorOf } from "../../src/oci/assemble.ts";
import type { RegistryClient } from "../../src/oci/client.ts";
import { documentBytes, parseDocument } from "../../src/oci/document.ts";
import { mediaTypes } from "../../src/oci/media-types.ts";
import { type ImageManifest, imageManifestSchema } from "../../src/oci/model.ts";
import { byTag, type Reference } from "../../src/oci/reference.ts";

export interface Poison {
  /** Gets a layer and gives what is put in its place. */
  layer?: (layer: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  manifest?: (manifest: ImageManifest) => object;
}

/** Puts another artifact, whole in itself, under each tag of a shared cache. */
export async function poison(
  client: RegistryClient,
  repository: Reference,
  { layer: change = (layer) => layer, manifest: rewrite = (manifest) => manifest }: Poison,
): Promise<void> {
  for (const tag of await client.tags(repository)) {
    const reference = byTag(repository, tag);
    const { bytes } = await client.manifest(reference);
    const manifest = parseDocument(bytes, imageManifestSchema, tag);
    const layer = manifest.layers[0]!;
    const content = await change(await collect(client.blob(reference, layer), 1 << 26));
    const made = { ...layer, ...descriptorOf(content, layer.mediaType) };
    await client.pushBlob(reference, made, fromBytes(content));
    const poisoned = documentBytes(rewrite({ ...manifest, layers: [made] }));
    await client.pushManifest(reference, mediaTypes.manifest, poisoned);
  }
}

const settings = ["-comp", "zstd", "-Xcompression-level", "18", "-all-root", "-mkfs-time", "0"];
const fixed = ["-all-time", "0", "-root-mode", "0755", "-no-xattrs", "-no-progress", "-quiet"];

/** Unpacks a layer, lets `change` at the files, and packs it as segments are packed, but for `words`. */
export async function repacked(
  layer: Uint8Array,
  change: (tree: string) => unknown,
  words: readonly string[] = [],
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "repack-"));
  try {
    const [tree, image, other] = ["tree", "image", "other"].map((name) => join(folder, name));
    await writeFile(image!, layer);
    execFileSync("unsquashfs", ["-d", tree!, image!], { stdio: "ignore" });
    await change(tree!);
    execFileSync("mksquashfs", [
      tree!,
      other!,
      ...(words.includes("-comp") ? [] : settings),
      ...fixed,
      ...words,
    ]);
    return await readFile(other!);
  } finally {
    await rm(folder, { recursive: true });
  }
}
