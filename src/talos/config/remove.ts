import type { Deletion } from "./deletions.ts";
import { fieldsOf, type ValueType } from "./schema.ts";
import { type ConfigNode, type MapNode, nodeAt, textOf } from "./tree.ts";

/** The document without what the deletion names; undefined where Talos would not find it. Fields of a struct are always found. */
export function removeAt(
  root: MapNode,
  { path, element }: Deletion,
  type: string | undefined,
): MapNode | undefined {
  const whole: ValueType = type ? { sort: "struct", type, replace: false } : { sort: "any" };
  const removed = remove(root, path, { element, type: whole });
  return removed?.kind === "map" ? removed : undefined;
}

interface How {
  element: Deletion["element"];
  type: ValueType;
}

function remove(node: ConfigNode, [key, ...rest]: readonly string[], how: How): ConfigNode | undefined {
  if (key === undefined)
    return how.element && node.kind === "list" ? withoutElement(node, how.element) : undefined;
  if (node.kind !== "map") return undefined;
  const field = how.type.sort === "struct" ? fieldsOf(how.type.type).get(key)?.type : undefined;
  const there = node.entries.get(key);
  if (rest.length === 0 && !how.element) return there || field ? withoutKey(node, key) : undefined;
  const value = there && remove(there.value, rest, { ...how, type: field ?? itemType(how.type) });
  return there && value && { ...node, entries: new Map(node.entries).set(key, { ...there, value }) };
}

const itemType = (type: ValueType): ValueType => (type.sort === "map" ? type.item : { sort: "any" });

function withoutKey(node: MapNode, key: string): MapNode {
  const entries = new Map(node.entries);
  entries.delete(key);
  return { ...node, entries };
}

function withoutElement(
  node: ConfigNode & { kind: "list" },
  { key, value }: { key: string; value: string },
): ConfigNode | undefined {
  const index = node.items.findIndex(
    (item) => (textOf(nodeAt(item, [key])) ?? "") === value && item.kind === "map",
  );
  return index < 0 ? undefined : { ...node, items: node.items.filter((_, at) => at !== index) };
}
