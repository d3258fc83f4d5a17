import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { hole } from "./templates.ts";
import type { At, ConfigNode, Entry, MapNode, ScalarNode } from "./tree.ts";

/** Nodes one document may have after aliases are followed: far more than people write, far less than hurts. */
const nodeLimit = 100_000;

export interface YamlText {
  /** Lines as they stand in the file. */
  lines: readonly string[];
  /** 1-based, in `lines`. */
  line: (offset: number) => number;
  at: (offset: number) => At;
  isMaybe: (offset: number) => boolean;
  /** Columns by which the text stands further right in its file. */
  shift: number;
}

interface Converter extends YamlText {
  document: Document;
  nodes: number;
}

/** The YAML library's nodes as ours: aliases and merge keys worked in, places kept. Throws RangeError for aliases without end. */
export const convertRoot = (document: Document.Parsed, text: YamlText): ConfigNode | undefined =>
  document.contents ? convert(document.contents, { ...text, document, nodes: 0 }, 0) : undefined;

function convert(node: Node | null, converter: Converter, fallback: number): ConfigNode {
  converter.nodes += 1;
  if (converter.nodes > nodeLimit) throw new RangeError("aliases make this file too large");
  const offset = node?.range?.[0] ?? fallback;
  const base = { at: converter.at(offset), ...(converter.isMaybe(offset) ? { maybe: true } : {}) };
  if (!node) return { kind: "scalar", value: null, text: "", ...base };
  if (isAlias(node)) return { ...convert(resolveAlias(node, converter), converter, offset), ...base };
  if (isMap(node)) return { ...convertMap(node, converter, offset), ...base };
  if (isScalar(node)) return { ...convertScalar(node, converter), ...base };
  const items = (node as YAMLSeq<Node | null>).items.map((item) => convert(item, converter, offset));
  return { kind: "list", items, ...base };
}

function resolveAlias(alias: Alias, { document }: Converter): Node {
  const target = alias.resolve(document);
  if (!target) throw new RangeError(`alias *${alias.source} names nothing`);
  return target;
}

function convertMap(map: YAMLMap, converter: Converter, fallback: number): Omit<MapNode, "at"> {
  const entries = new Map<string, Entry>();
  const merged: Node[] = [];
  const twice: { key: string; at: At }[] = [];
  for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
    const offset = key.range?.[0] ?? fallback;
    const name = isScalar(key) ? scalarText(key) : "";
    if (name === "<<" && value) {
      merged.push(value);
      continue;
    }
    const at = converter.at(offset);
    const maybe = converter.isMaybe(offset);
    if (entries.has(name) && !maybe) twice.push({ key: name, at });
    entries.set(name, { at, value: convert(value, converter, offset), ...(maybe ? { maybe } : {}) });
  }
  for (const source of merged) addMerged(entries, convert(source, converter, fallback));
  return { kind: "map", entries, ...(twice.length > 0 ? { twice } : {}) };
}

/** YAML merge keys: what is written in the map itself wins. */
function addMerged(entries: Map<string, Entry>, source: ConfigNode): void {
  if (source.kind === "list") for (const item of source.items) addMerged(entries, item);
  if (source.kind !== "map") return;
  for (const [key, entry] of source.entries) if (!entries.has(key)) entries.set(key, entry);
}

const secretElsewhere = /^(?:ref\+[a-z]|op:\/\/|vault:|secretref:|awssm:\/\/|gcpsecretmanager:\/\/)/;

function convertScalar(scalar: Scalar, converter: Converter): Omit<ScalarNode, "at"> {
  const text = scalar.value === null ? "" : scalarText(scalar);
  const value = scalar.value as ScalarNode["value"];
  const shown = text.includes(hole) ? text.replaceAll(new RegExp(`${hole}+`, "g"), "…") : text;
  const opaque = opacity(text, scalar.tag);
  const block = scalar.type === "BLOCK_LITERAL" ? blockOf(scalar, converter) : undefined;
  return {
    kind: "scalar",
    value: typeof value === "string" ? shown : (value ?? null),
    text: shown,
    ...(opaque ? { opaque } : {}),
    ...(block ? { block } : {}),
  };
}

/** The text as YAML means it: quotes and folding worked off for strings, as written for numbers and booleans. */
const scalarText = ({ value, source }: Scalar): string =>
  typeof value === "string" ? value : (source ?? JSON.stringify(value));

function opacity(text: string, tag: string | undefined): ScalarNode["opaque"] {
  if (text.includes(hole)) return "template";
  if (text.startsWith("ENC[")) return "encrypted";
  if (secretElsewhere.test(text) || (tag?.startsWith("!") && !tag.startsWith("!!"))) return "reference";
  return undefined;
}

/** The lines of a literal block from the file itself: the YAML text has holes where templates stood. */
function blockOf({ range }: Scalar, { lines, line, at, shift }: Converter): ScalarNode["block"] {
  if (!range) return undefined;
  const header = line(range[0]);
  const own = lines.slice(header, Math.max(header, line(range[1]) - (range[1] > range[0] ? 0 : 1)));
  const indent = /^\s*/.exec(own.find((one) => one.trim() !== "") ?? "")?.[0].length ?? 0;
  const inside = own.slice(0, own.findLastIndex((one) => one.search(/\S/) >= indent) + 1);
  const { file, line: first } = at(range[0]);
  return {
    text: inside.map((one) => one.slice(indent)).join("\n"),
    at: { file, line: first + 1, column: indent + 1 + shift },
  };
}
