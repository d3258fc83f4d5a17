import { schematicId } from "../catalog/schematic/id.ts";
import { readSchematic } from "../catalog/schematic/read.ts";
import type { SchematicClue } from "../roles/import/repository.ts";
import { type ConfigNode, itemsOf, nodeAt, textOf } from "../talos/config/tree.ts";

/** Names in a schematic's extension list, without the `siderolabs/` prefix; undefined where one of them cannot be read. */
export function namesOfSchematic(root: ConfigNode): string[] | undefined {
  const items = itemsOf(nodeAt(root, ["customization", "systemExtensions", "officialExtensions"]));
  const names = items.map((item) => (item.maybe ? undefined : textOf(item)));
  return names.every((name) => name !== undefined)
    ? names.map((name) => name.replace(/^siderolabs\//, ""))
    : undefined;
}

/** The id of a schematic in a file; undefined where it cannot surely be computed. */
export function idOfSchematic({ root }: SchematicClue): string | undefined {
  try {
    return schematicId(readSchematic(JSON.stringify(written(root))));
  } catch {
    return undefined;
  }
}

/** Every scalar as it is written: Image Factory reads text fields that way. Fields of numbers and flags take no text, so those stay plain. */
function written(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(written);
  if (node.kind === "map")
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, written(value)]));
  if (node.opaque) throw new TypeError("a template is in the schematic");
  return node.value === null || String(node.value) === node.text ? node.value : node.text;
}
