import { stringify } from "yaml";
import { type ExtensionManifest, manifestMetadata } from "../talos/extension-manifest.ts";

/** `extensions.yaml`, which tells Talos' init what to mount: layers in order, later ones over earlier ones. Facts §2.6. */
export function extensionsYaml(layers: readonly { file: string; manifest: ExtensionManifest }[]): string {
  const list = layers.map(({ file, manifest }) => ({ image: file, metadata: manifestMetadata(manifest) }));
  return stringify({ layers: list }, { indent: 4, lineWidth: 0 });
}
