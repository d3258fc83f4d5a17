import type { ConfigDocument } from "./document.ts";
import { type At, type ConfigNode, type Entry, type MapNode, textOf } from "./tree.ts";

/** One `$patch: delete`. */
export interface Deletion {
  at: At;
  /** Keys to what goes; empty for the whole document. */
  path: string[];
  /** In a list: the element whose `key` is `value`. */
  element?: { key: string; value: string };
}

const marker = "$patch";
const isDelete = (node: ConfigNode): node is MapNode =>
  node.kind === "map" && textOf(node.entries.get(marker)?.value) === "delete";

/** Parts a patch document into its deletions and the rest, which is undefined where nothing is left to merge. */
export function takeDeletions({ root }: Pick<ConfigDocument, "root">): {
  deletions: Deletion[];
  rest: MapNode | undefined;
} {
  if (isDelete(root)) return { deletions: [{ at: root.at, path: [] }], rest: undefined };
  const deletions: Deletion[] = [];
  const rest = strip(root, [], deletions);
  return {
    deletions,
    rest: rest?.kind === "map" && (deletions.length === 0 || !isBare(rest)) ? rest : undefined,
  };
}

/** The node without what is to be deleted; undefined where nothing else was in it. */
function strip(node: ConfigNode, path: string[], deletions: Deletion[]): ConfigNode | undefined {
  if (node.kind === "list") {
    const items = node.items.flatMap((item) => {
      if (isDelete(item)) {
        deletions.push({ at: item.at, path, element: selectorOf(item) });
        return [];
      }
      return strip(item, path, deletions) ?? [];
    });
    return items.length === 0 && node.items.length > 0 ? undefined : { ...node, items };
  }
  if (node.kind !== "map") return node;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    if (isDelete(entry.value)) {
      deletions.push({ at: entry.at, path: [...path, key] });
      continue;
    }
    const value = strip(entry.value, [...path, key], deletions);
    if (value) entries.set(key, { ...entry, value });
  }
  return entries.size === 0 && node.entries.size > 0 ? undefined : { ...node, entries };
}

/** Talos selects a list element by the first key that is not the marker. */
function selectorOf(item: MapNode): { key: string; value: string } {
  const [key, entry] = [...item.entries].find(([key]) => key !== marker) ?? ["", undefined];
  return { key, value: textOf(entry?.value) ?? "" };
}

const isBare = ({ entries }: MapNode): boolean =>
  [...entries.keys()].every((key) => ["version", "apiVersion", "kind", "name"].includes(key));
