import type { ConfigDocument } from "./document.ts";
import { documentOf } from "./document.ts";
import { type At, type ConfigNode, type Entry, mapNode } from "./tree.ts";

/** Config documents from plain data, as if they had been read from a file; all of it stands at one place. */
export const documentsFrom = (documents: readonly object[], at: At): ConfigDocument[] =>
  documents.flatMap((one) => {
    const root = nodeFrom(one, at);
    return root.kind === "map" ? [documentOf(root, { at, maybe: false, open: false })] : [];
  });

function nodeFrom(value: unknown, at: At): ConfigNode {
  if (Array.isArray(value)) return { kind: "list", at, items: value.map((item) => nodeFrom(item, at)) };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return mapNode(
      at,
      entries.map(([key, item]): [string, Entry] => [key, { at, value: nodeFrom(item, at) }]),
    );
  }
  const scalar = value as string | number | boolean | null;
  return { kind: "scalar", at, value: scalar, text: scalar === null ? "" : String(scalar) };
}
