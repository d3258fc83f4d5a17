import type { InventoryLine } from "./inventory-lines.ts";
import type { Position } from "./model.ts";
import type { Path, YamlSource } from "./yaml-source.ts";

/** A document with the inventory that was taken out of it put back: its data, and where each value stands. */
export function withInventory(source: YamlSource, items: readonly InventoryLine[], file: string): YamlSource {
  if (source.data === undefined) return source;
  const nodes = items.map(({ entries }) =>
    Object.fromEntries([...entries].map(([key, { value }]) => [key, value])),
  );
  return {
    ...source,
    data: { ...(source.data as object), nodes },
    locate: (path, what = "value") => place(items, { path, what, file }) ?? source.locate(path, what),
  };
}

interface Wanted {
  path: Path;
  what: "key" | "value";
  file: string;
}

function place(items: readonly InventoryLine[], { path, what, file }: Wanted): Position | undefined {
  const [list, index, key, ...deeper] = path;
  const [first] = items;
  if (list !== "nodes" || !first || (path.length === 1 && what === "key")) return undefined;
  const item = items[Number(index)];
  if (!item) return { file, line: first.line, column: first.dash };
  const entry = key === undefined ? undefined : item.entries.get(String(key));
  if (!entry) return { file, line: item.line, column: item.column };
  const column = what === "key" && deeper.length === 0 ? entry.key : entry.column;
  return { file, line: item.line, column };
}
