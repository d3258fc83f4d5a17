import { fromBytes, fromText } from "../../src/formats/bytes.ts";
import type { ReadTarEntry } from "../../src/formats/tar-read.ts";

/** What stands at a path: text or bytes of a file, `null` for a folder, or the rest of an entry's header. */
export type Content = string | Uint8Array | null | Partial<ReadTarEntry["header"]>;

/** The files of an image as they come out of its layers, in the order given. */
export async function* imageFiles(contents: Record<string, Content>): AsyncGenerator<ReadTarEntry> {
  for (const [path, content] of Object.entries(contents)) {
    await Promise.resolve();
    yield imageFile(path, content);
  }
}

function imageFile(path: string, content: Content): ReadTarEntry {
  const plain = {
    path,
    type: "file",
    mode: 0o644,
    mtime: 0,
    uid: 0,
    gid: 0,
    size: 0,
    linkTarget: "",
    xattrs: {},
  } as const;
  const nothing = fromText("").stream();
  if (content === null) return { header: { ...plain, type: "directory", mode: 0o755 }, body: nothing };
  if (typeof content !== "string" && !(content instanceof Uint8Array))
    return { header: { ...plain, ...content }, body: nothing };
  const source = typeof content === "string" ? fromText(content) : fromBytes(content);
  return { header: { ...plain, size: source.size }, body: source.stream() };
}

/** `manifest.yaml` of an extension. */
export const extensionManifest = (name: string, version = "1.0.0", compatibility = ">= 1.9.0"): string =>
  `version: v1alpha1
metadata:
  name: ${name}
  version: ${version}
  author: Tests
  description: An extension for tests
  compatibility:
    talos:
      version: "${compatibility}"
`;

/** An extension image with these files under `rootfs/`. */
export function extensionFiles(
  name: string,
  rootfs: Record<string, Content>,
  version?: string,
): AsyncGenerator<ReadTarEntry> {
  const below = Object.entries(rootfs).map(([path, content]) => [`rootfs/${path}`, content] as const);
  return imageFiles({
    "manifest.yaml": extensionManifest(name, version),
    rootfs: null,
    ...Object.fromEntries(below),
  });
}
