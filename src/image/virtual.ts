import { fromText } from "../formats/bytes.ts";
import type { ReadTarEntry, ReadTarHeader } from "../formats/tar-read.ts";
import { type ExtensionManifest, manifestMetadata } from "../talos/extension-manifest.ts";
import { parentsOf } from "./firmware.ts";
import type { VirtualExtension } from "./plan-model.ts";

/** The files that an image of such an extension would have. */
export async function* virtualFiles({ manifest, files }: VirtualExtension): AsyncGenerator<ReadTarEntry> {
  await Promise.resolve();
  yield entry("manifest.yaml", "file", manifestText(manifest));
  const paths = files.map(({ path }) => `rootfs/${path}`);
  for (const folder of parentsOf([...paths, "rootfs/x"])) yield entry(folder, "directory");
  for (const { path, mode, text } of files) yield entry(`rootfs/${path}`, "file", text, mode);
}

function entry(
  path: string,
  type: ReadTarHeader["type"],
  text = "",
  mode = type === "file" ? 0o644 : 0o755,
): ReadTarEntry {
  const data = fromText(text);
  const header = { path, type, mode, size: data.size, mtime: 0, uid: 0, gid: 0, linkTarget: "", xattrs: {} };
  return { header, body: data.stream() };
}

/** JSON is YAML. */
const manifestText = (manifest: ExtensionManifest) =>
  JSON.stringify({ version: "v1alpha1", metadata: manifestMetadata(manifest) });
