/** A node of the inventory that stands on one line: `- {name: n1, address: 10.0.0.1, role: compute}`. Columns and lines are 1-based. */
export interface InventoryLine {
  line: number;
  /** Of the `-`, and of the `{`. */
  dash: number;
  column: number;
  entries: Map<string, { value: string | boolean; key: number; column: number }>;
}

export interface SplitInventory {
  /** The text with an empty list in place of the inventory; every other line stands where it stood. */
  rest: string;
  items: InventoryLine[];
}

const head = /^nodes:[ ]*(?:#.*)?$/;
const item =
  /^( *)- \{[ ]?((?:[A-Za-z]+: [^\s,{}[\]#"'&*!|>%@`]+, ?)*[A-Za-z]+: [^\s,{}[\]#"'&*!|>%@`]+)[ ]?\}[ ]*(?: #.*)?$/;
const otherDocument = /^(?:---|\.\.\.|%|nodes\b)/m;
const nothing = /^[ ]*(?:#.*)?$/;

/**
 * Takes a long inventory out of a roles file, so that the YAML parser has less to do: ten thousand nodes cost it a second. Undefined unless
 * every line of it is as plain as can be, and means the same to any reader of YAML 1.2; then the parser reads it all.
 */
export function splitInventory(text: string): SplitInventory | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => head.test(line));
  if (start < 0 || otherDocument.test(lines.toSpliced(start, 1).join("\n"))) return undefined;
  const { items, end } = itemsFrom(lines, start + 1);
  const ended = end === lines.length || /^[A-Za-z]/.test(lines[end] ?? "");
  if (!ended || items.length === 0) return undefined;
  const rest = lines.with(start, "nodes: []").fill("", start + 1, end);
  return { rest: rest.join("\n"), items };
}

/** The items up to the first line that is none; none at all where one means more than it seems to. */
function itemsFrom(lines: readonly string[], start: number): { items: InventoryLine[]; end: number } {
  const items: InventoryLine[] = [];
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (nothing.test(line)) continue;
    const found = item.exec(line);
    if (!found) return { items, end: at };
    const [, spaces = "", pairs = ""] = found;
    const dash = spaces.length + 1;
    const entries = entriesOf(pairs, line.indexOf(pairs, dash + 2));
    if (!entries || dash !== (items[0]?.dash ?? dash)) return { items: [], end: at };
    items.push({ line: at + 1, dash, column: dash + 2, entries });
  }
  return { items, end: lines.length };
}

function entriesOf(pairs: string, offset: number): InventoryLine["entries"] | undefined {
  const entries: InventoryLine["entries"] = new Map();
  let at = offset;
  for (const part of pairs.split(",")) {
    const pair = part.trimStart();
    const key = at + (part.length - pair.length) + 1;
    const colon = pair.indexOf(": ");
    const name = pair.slice(0, colon);
    const value = valueOf(pair.slice(colon + 2));
    if (value === undefined || entries.has(name)) return undefined;
    entries.set(name, { value, key, column: key + colon + 2 });
    at += part.length + 1;
  }
  return entries;
}

const words = new Set(["null", "Null", "NULL", "True", "TRUE", "False", "FALSE"]);
const name = /^[A-Za-z][A-Za-z0-9._/-]*$/;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const hexadecimal = /^[0-9A-Fa-f][0-9A-Fa-f:.-]*[0-9A-Fa-f]$/;

/** Text that is surely text in YAML's core schema, `true` or `false`; undefined for numbers and anything that is not that plain. */
function valueOf(text: string): string | boolean | undefined {
  if (text === "true" || text === "false") return text === "true";
  if (words.has(text)) return undefined;
  const isAddress = text.includes(":") && hexadecimal.test(text);
  return name.test(text) || ipv4.test(text) || isAddress ? text : undefined;
}
