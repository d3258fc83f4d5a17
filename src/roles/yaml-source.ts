import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { splitInventory } from "./inventory-lines.ts";
import { withInventory } from "./with-inventory.ts";
import type { Position } from "./model.ts";

export type Path = readonly PropertyKey[];
type Range = readonly [number, ...number[]] | null | undefined;

export interface Problem {
  message: string;
  position: Position;
}

/** A YAML document with the means to find where a value stands. */
export interface YamlSource {
  /** Plain data; undefined where the text cannot be read at all. Of a key that stands twice it has the last. */
  data: unknown;
  /** Everything that is not YAML, or not safe. */
  problems: Problem[];
  /** Where the value at `path` stands; `"key"` gives its key. The nearest parent where the path does not exist. */
  locate: (path: Path, what?: "key" | "value") => Position;
}

/** Nodes that one alias may bring in, aliases within it counted: far more than people write, far less than hurts. */
const aliasLimit = 100_000;
/** Text of which the inventory is read line by line, where it is plain enough. */
const longText = 1 << 16;
/** Maps that merge keys may lead through to find a value. */
const mergeDepth = 20;

/** Reads one YAML 1.2 document, with merge keys. Never throws: what is wrong is in `problems`. */
export function readYaml(text: string, file: string, { linesFrom = longText } = {}): YamlSource {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const split = clean.length < linesFrom ? undefined : splitInventory(clean);
  return split ? withInventory(parseWhole(split.rest, file), split.items, file) : parseWhole(clean, file);
}

function parseWhole(clean: string, file: string): YamlSource {
  const counter = new LineCounter();
  const document = parseDocument(clean, {
    lineCounter: counter,
    merge: true,
    prettyErrors: false,
    // "silent" would also hide a second document.
    logLevel: "error",
  });
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const locate: YamlSource["locate"] = (path, what = "value") => at(offsetOf(document, path, what));
  const problems = problemsIn(document, clean).map(({ message, offset }) => ({
    message,
    position: at(offset),
  }));
  if (problems.some(({ message }) => message !== duplicateKey)) return { data: undefined, problems, locate };
  try {
    return { data: document.toJS({ maxAliasCount: aliasLimit }) as unknown, problems, locate };
  } catch (error) {
    const message = `cannot be read: ${(error as Error).message}`;
    return { data: undefined, problems: [...problems, { message, position: at(0) }], locate };
  }
}

const duplicateKey = "this key stands twice in the same map; keep one";
const explanations: Record<string, string> = {
  DUPLICATE_KEY: duplicateKey,
  MULTIPLE_DOCS: "a second document begins here; roles.yaml has one, so remove the `---`",
  TAB_AS_INDENT: "a tab is used to indent; YAML takes spaces only",
};

function problemsIn(document: Document.Parsed, text: string): { message: string; offset: number }[] {
  const wrong = [...document.errors, ...document.warnings].map(({ message, code, pos }) => ({
    message: explanations[code] ?? `not YAML: ${message}`,
    offset: pos[0],
  }));
  if (wrong.length === 0 && document.contents === null) {
    return [{ message: "the file is empty; a map with `roles` is expected", offset: 0 }];
  }
  // Looking at every node of a large inventory is dear, and few files have an alias.
  const broken = (text.includes("*") ? brokenAliases(document) : []).map(({ source, range }) => ({
    message: `\`*${source}\` has no anchor \`&${source}\` before it`,
    offset: range?.[0] ?? 0,
  }));
  return [...wrong, ...broken];
}

function brokenAliases(document: Document): Alias[] {
  const broken: Alias[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (!alias.resolve(document)) broken.push(alias);
    },
  });
  return broken;
}

function offsetOf(document: Document, path: Path, what: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = start(node, 0);
  for (const [index, part] of path.entries()) {
    const found = child(document, resolved(document, node), part);
    if (!found) return offset;
    const last = index === path.length - 1;
    offset = start(last && what === "key" ? found.key : found.value, start(found.key, offset));
    node = found.value;
  }
  return offset;
}

const start = (node: unknown, fallback: number): number =>
  (node as { range?: Range } | null | undefined)?.range?.[0] ?? fallback;

const resolved = (document: Document, node: unknown): unknown =>
  isAlias(node) ? node.resolve(document) : node;

/** The key of a merge is a symbol once the parser has understood it. */
function keyText(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : key;
  return typeof value === "symbol" ? value.description : String(value);
}

function child(
  document: Document,
  parent: unknown,
  part: PropertyKey,
  depth = 0,
): { key: unknown; value: unknown } | undefined {
  if (isSeq(parent)) {
    const value = parent.items[Number(part)] as Node | undefined;
    return value && { key: value, value };
  }
  if (!isMap(parent) || depth > mergeDepth) return undefined;
  const named = (name: string) => parent.items.find(({ key }) => keyText(key) === name);
  const own = named(String(part));
  if (own) return own;
  const merged = resolved(document, named("<<")?.value);
  const sources = isSeq(merged) ? merged.items : [merged];
  for (const source of sources) {
    const found = child(document, resolved(document, source), part, depth + 1);
    if (found) return found;
  }
  return undefined;
}
