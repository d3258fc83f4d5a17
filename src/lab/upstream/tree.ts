import { type ByteSource, fromBytes, fromFile, fromText } from "../../formats/bytes.ts";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { type TarEntry, tarArchive } from "../../formats/tar.ts";

/** A file system in the making. Paths are relative; folders above an entry are made as needed. */
export interface Tree {
  add(entry: TarEntry): Tree;
  file(path: string, content: ByteSource | Uint8Array | string, mode?: number): Tree;
  link(path: string, target: string): Tree;
  folder(path: string, mode?: number): Tree;
  /** Everything under a folder of this machine; `keep` chooses by the path in the tree. */
  copy(path: string, from: string, keep?: (path: string) => boolean): Promise<Tree>;
  /** By path, folders before what is in them. */
  entries(): TarEntry[];
  tar(): Promise<ByteSource>;
}

export function newTree(): Tree {
  const all = new Map<string, TarEntry>();
  const add: Tree["add"] = (entry) => {
    for (let at = entry.path.lastIndexOf("/"); at > 0; at = entry.path.lastIndexOf("/", at - 1)) {
      const path = entry.path.slice(0, at);
      if (!all.has(path)) all.set(path, { path, type: "directory", mode: 0o755 });
    }
    all.set(entry.path, entry);
    return tree;
  };
  const tree: Tree = {
    add,
    file: (path, content, mode = 0o644) => add({ path, type: "file", mode, data: asSource(content) }),
    link: (path, target) => add({ path, type: "symlink", mode: 0o777, linkTarget: target }),
    folder: (path, mode = 0o755) => add({ path, type: "directory", mode }),
    async copy(path, from, keep = () => true) {
      for (const entry of await readdir(from, { withFileTypes: true })) {
        const [to, source] = [`${path}/${entry.name}`, join(from, entry.name)];
        if (!keep(to)) continue;
        if (entry.isDirectory()) await tree.copy(to, source, keep);
        else if (entry.isSymbolicLink()) tree.link(to, await readlink(source));
        else if (entry.isFile()) tree.file(to, await fromFile(source));
      }
      return tree;
    },
    entries: () => [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    tar: () => tarArchive(tree.entries()),
  };
  return tree;
}

function asSource(content: ByteSource | Uint8Array | string): ByteSource {
  if (typeof content === "string") return fromText(content);
  return content instanceof Uint8Array ? fromBytes(content) : content;
}
