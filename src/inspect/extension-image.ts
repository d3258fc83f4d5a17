import type { ImageEntry } from "../oci/flatten.ts";
import { type ExtensionFile, readExtension } from "../talos/contract-from-files.ts";

const types: Partial<Record<ImageEntry["header"]["type"], ExtensionFile["type"]>> = {
  file: "file",
  directory: "directory",
  symlink: "symlink",
  link: "hardlink",
};

/** Manifest and contract of an extension from its image's entries. Errors: those of `readExtension`. */
export const readExtensionImage = (
  entries: AsyncIterable<ImageEntry>,
  options: Parameters<typeof readExtension>[1],
): ReturnType<typeof readExtension> => readExtension(filesOf(entries), options);

async function* filesOf(entries: AsyncIterable<ImageEntry>): AsyncGenerator<ExtensionFile> {
  for await (const { header, body } of entries) {
    const { path, mode, size } = header;
    yield { path, mode, size, body, type: types[header.type] ?? "other" };
  }
}
