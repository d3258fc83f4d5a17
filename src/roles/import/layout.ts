import type { ConfigDocument } from "../../talos/config/document.ts";
import {
  type At,
  type ConfigNode,
  entriesOf,
  isNull,
  type MapNode,
  nodeAt,
} from "../../talos/config/tree.ts";
import { isWhole } from "./plain-node.ts";
import type { RepositoryFiles } from "./files.ts";
import type { OtherKey, Repository, RepositoryNote, SchematicClue } from "./repository.ts";

/** A repository as one layout sees it: what nothing includes is not known before all layouts have read theirs. */
export interface LayoutReading {
  repository: Repository;
  /** Paths of the files that it includes or is made of. */
  used: ReadonlySet<string>;
}

export interface LayoutReader {
  /** Files by which the layout is recognised, by content and not by name. */
  entries: (files: RepositoryFiles) => string[];
  read: (files: RepositoryFiles, entry: string) => LayoutReading;
}

/** The maps among the documents of a file that are no machine config. */
export const otherMaps = (files: RepositoryFiles, path: string): { root: MapNode; at: At }[] =>
  (files.config(path)?.others ?? []).flatMap(({ root, at }) => (root.kind === "map" ? [{ root, at }] : []));

/** Files with a document that has all of these keys, and for each of its nodes one of the others. */
export const filesWith = (files: RepositoryFiles, isEntry: (root: MapNode) => boolean): string[] =>
  files.paths.filter((path) => otherMaps(files, path).some(({ root }) => isEntry(root)));

/** Whether `nodes` is a list of maps with this key. */
export function hasNodesWith(root: MapNode, key: string): boolean {
  const nodes = nodeAt(root, ["nodes"]);
  return nodes?.kind === "list" && nodes.items.some((node) => nodeAt(node, [key]) !== undefined);
}

/** Schematics that lie in files: which image is made of them is not said there. */
export const schematicsAbout = (files: RepositoryFiles): SchematicClue[] =>
  files.paths.flatMap((path) =>
    (files.config(path)?.others ?? []).flatMap(({ sort, root, at }) =>
      sort === "schematic" ? [{ root, at, used: false }] : [],
    ),
  );

/** Documents in files that no layout includes, other nodes' whole configs aside. */
export const unlistedDocuments = (files: RepositoryFiles, used: ReadonlySet<string>): ConfigDocument[] =>
  files.paths.flatMap((path) => {
    const config = used.has(path) ? undefined : files.config(path);
    return config && !isWhole(config) ? config.documents : [];
  });

/** Items of a list of maps that are none, such as a template: what they stand for is not seen. */
export const unreadItems = (list: ConfigNode | undefined, what: string): RepositoryNote[] =>
  (list?.kind === "list"
    ? list.items
    : list && !isNull(list) && list.kind === "scalar"
      ? [list]
      : []
  ).flatMap(({ kind, at }) =>
    kind === "map" ? [] : [{ message: `${what} in ${at.file} (line ${at.line}) cannot be read`, at }],
  );

/** The keys of a map beyond those that a layout reads. */
export const keysBeyond = (
  root: ConfigNode | undefined,
  read: readonly string[],
  node?: string,
): OtherKey[] =>
  entriesOf(root).flatMap(([key, { at, value }]) =>
    read.includes(key) || isNull(value) ? [] : [{ key, at, ...(node === undefined ? {} : { node }) }],
  );
