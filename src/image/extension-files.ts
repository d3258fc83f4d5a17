import { RolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import { safePath } from "../formats/safe-path.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import { type ExtensionManifest, parseExtensionManifest } from "../talos/extension-manifest.ts";

export interface ExtensionContent {
  /** Entries of `rootfs/`, their paths relative to it. To be read to the end before `manifest`. */
  rootfs: AsyncGenerator<ReadTarEntry>;
  /** Errors: EXTENSION_INVALID when there was none. */
  manifest: () => ExtensionManifest;
}

const manifestLimit = 1 << 20;
const root = "rootfs";

/**
 * Takes an extension image apart: `manifest.yaml`, `rootfs/` and nothing else. Facts §2.1. `where` names it in errors.
 * Errors: EXTENSION_INVALID, ARCHIVE_PATH_ESCAPES.
 */
export function extensionContent(files: AsyncIterable<ReadTarEntry>, where: string): ExtensionContent {
  let manifest: ExtensionManifest | undefined;
  let hasRoot = false;
  async function* rootfs(): AsyncGenerator<ReadTarEntry> {
    for await (const file of files) {
      const path = safePath(file.header.path);
      if (path === "manifest.yaml") manifest = await readManifest(file, where);
      else if (path === root || path.startsWith(`${root}/`)) {
        hasRoot = true;
        yield below(file, path, where);
      } else if (path !== "") throw invalid(where, `unexpected file ${path}`);
    }
    if (!hasRoot) throw invalid(where, "there is no rootfs/ in it");
  }
  return {
    rootfs: rootfs(),
    manifest() {
      if (!manifest) throw invalid(where, "there is no manifest.yaml in it");
      return manifest;
    },
  };
}

function below({ header, body }: ReadTarEntry, path: string, where: string): ReadTarEntry {
  if (path === root && header.type !== "directory") throw invalid(where, "rootfs is not a folder");
  return { header: { ...header, path: path.slice(root.length + 1) }, body };
}

async function readManifest(file: ReadTarEntry, where: string): Promise<ExtensionManifest> {
  if (file.header.type !== "file") throw invalid(where, "manifest.yaml is not a plain file");
  const text = Buffer.from(await collect(file.body, manifestLimit)).toString("utf8");
  return parseExtensionManifest(text, `${where}: manifest.yaml`);
}

const invalid = (where: string, reason: string) =>
  new RolesError("EXTENSION_INVALID", `${where}: ${reason}`, {
    hint: "Check that the reference names a Talos system extension image, and one for this Talos version.",
  });
