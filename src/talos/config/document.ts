import { kindOf } from "./schema.ts";
import { type At, type ConfigNode, itemsOf, type ListNode, type MapNode, textOf } from "./tree.ts";
import { parseYaml, type YamlDocument } from "./parse-yaml.ts";

/** The kind of the root document, which carries `machine` and `cluster` and no `kind`. */
export const rootKind = "v1alpha1";

/** One config document, or a patch for one. */
export interface ConfigDocument {
  at: At;
  /** `v1alpha1` for the root document; undefined where kind or name cannot be read. */
  kind: string | undefined;
  name: string | undefined;
  root: MapNode;
  /** It stands under a template's condition: it may be absent. */
  maybe: boolean;
  /** A template inserts content that is not seen. */
  open: boolean;
}

export interface ConfigFile {
  file: string;
  documents: ConfigDocument[];
  /** A JSON6902 patch instead of documents. */
  operations?: ListNode;
  templated: boolean;
  /** Why the file cannot be read as YAML. */
  problem?: { message: string; at: At };
  /** What else its documents are: `schematic`, or `other` for anything that is no machine config. */
  others: { sort: "schematic" | "other"; at: At; root: ConfigNode }[];
}

/** Reads a machine config, patch or schematic by content: a file, or a block inside one that begins at `start`. Never throws: what cannot be read is in `problem`. */
export function readConfig(text: string, start: string | At): ConfigFile {
  const parsed = parseYaml(text, start);
  const file = typeof start === "string" ? start : start.file;
  const result: ConfigFile = { file, documents: [], others: [], templated: parsed.templated };
  if (parsed.problem) return { ...result, problem: parsed.problem };
  for (const document of parsed.documents) place(document, result);
  return result;
}

function place(document: YamlDocument, result: ConfigFile): void {
  const { root, at, maybe, open } = document;
  if (!root) return;
  if (root.kind === "list" && isJsonPatch(root)) result.operations = root;
  else if (root.kind === "map" && isConfig(root))
    result.documents.push(documentOf(root, { at, maybe, open }));
  else if (root.kind !== "scalar" || root.value !== null) {
    result.others.push({
      sort: root.kind === "map" && root.entries.has("customization") ? "schematic" : "other",
      at,
      root,
    });
  }
}

/** The document that a map is. */
export const documentOf = (
  root: MapNode,
  place: Pick<ConfigDocument, "at" | "maybe" | "open">,
): ConfigDocument => ({ ...identity(root), root, ...place });

const rootKeys = ["machine", "cluster", "debug", "persist"];

function isConfig(root: MapNode): boolean {
  const kind = root.entries.get("kind")?.value;
  const version = root.entries.get("apiVersion")?.value;
  if (kind?.kind === "scalar" && version?.kind === "scalar") {
    return Boolean(kind.opaque ?? version.opaque) || (version.text === rootKind && kind.value !== null);
  }
  if (kind) return false;
  const written = textOf(root.entries.get("version")?.value);
  return (
    written === rootKind ||
    rootKeys.some(
      (key) => root.entries.get(key)?.value.kind === "map" || root.entries.get(key)?.value.kind === "scalar",
    )
  );
}

function identity(root: MapNode): { kind: string | undefined; name: string | undefined } {
  const kind = root.entries.get("kind")?.value;
  if (!kind) return { kind: rootKind, name: undefined };
  const known = textOf(kind);
  const name = root.entries.get("name")?.value;
  const named = known === undefined || (kindOf(known)?.named ?? true);
  const hidden = known === undefined || (named && name?.kind === "scalar" && name.opaque !== undefined);
  return { kind: hidden ? undefined : known, name: named ? textOf(name) : undefined };
}

const isJsonPatch = (list: ListNode): boolean =>
  list.items.length > 0 &&
  itemsOf(list).every((item) => item.kind === "map" && item.entries.has("op") && item.entries.has("path"));
