/** Where something stands in a file: 1-based line and column. */
export interface At {
  file: string;
  line: number;
  column: number;
}

interface Base {
  at: At;
  /** Written under a template's condition: it may be absent from what Talos gets. */
  maybe?: boolean;
}

export interface Entry {
  /** Where the key stands. */
  at: At;
  value: ConfigNode;
  maybe?: boolean;
}

export interface MapNode extends Base {
  kind: "map";
  entries: ReadonlyMap<string, Entry>;
  /** Keys written twice, with the place of the second; Talos refuses them. */
  twice?: readonly { key: string; at: At }[];
}

export interface ListNode extends Base {
  kind: "list";
  items: readonly ConfigNode[];
}

export interface ScalarNode extends Base {
  kind: "scalar";
  value: string | number | boolean | null;
  /** As written, for comparing names; never for printing what may be secret. */
  text: string;
  /** Why the value itself cannot be read: it is a template, encrypted, or names a secret kept elsewhere. It counts as some text. */
  opaque?: "template" | "encrypted" | "reference";
  /** A block of several lines as it stands in the file, without its indentation, and where its first line is. */
  block?: { text: string; at: At };
}

/** A YAML value with its place. Immutable: merging makes new nodes and shares old ones. */
export type ConfigNode = MapNode | ListNode | ScalarNode;

export type ConfigPath = readonly (string | number)[];

/** The value at `path`, or undefined. */
export function nodeAt(node: ConfigNode | undefined, path: ConfigPath): ConfigNode | undefined {
  let here = node;
  for (const part of path) {
    if (here?.kind === "map") here = here.entries.get(String(part))?.value;
    else if (here?.kind === "list" && typeof part === "number") here = here.items[part];
    else return undefined;
  }
  return here;
}

export const isNull = (node: ConfigNode | undefined): boolean =>
  node === undefined || (node.kind === "scalar" && node.value === null && !node.opaque);

/** The text of a scalar that can be read, else undefined. */
export const textOf = (node: ConfigNode | undefined): string | undefined =>
  node?.kind === "scalar" && !node.opaque && node.value !== null ? node.text : undefined;

/** The items of a list; none where it is something else. */
export const itemsOf = (node: ConfigNode | undefined): readonly ConfigNode[] =>
  node?.kind === "list" ? node.items : [];

export const entriesOf = (node: ConfigNode | undefined): readonly (readonly [string, Entry])[] =>
  node?.kind === "map" ? [...node.entries] : [];

/** `true`, `yes` and `on` as Talos reads them into a boolean field; undefined where it is none or cannot be read. */
export function flagOf(node: ConfigNode | undefined): boolean | undefined {
  const text = textOf(node)?.toLowerCase();
  if (text === undefined) return undefined;
  if (["true", "yes", "on", "y"].includes(text)) return true;
  return ["false", "no", "off", "n"].includes(text) ? false : undefined;
}

export const mapNode = (at: At, entries: Iterable<readonly [string, Entry]> = []): MapNode => ({
  kind: "map",
  at,
  entries: new Map(entries),
});

/** The node as plain data; what is opaque becomes its written text. */
export function plain(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "map")
    return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));
  return node.opaque ? node.text : node.value;
}
