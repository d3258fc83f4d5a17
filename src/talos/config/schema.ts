import { kindLines } from "./table-kinds.ts";
import { typeLines } from "./table-types.ts";

/** Minor versions of Talos 1.x between which something exists, both inclusive. */
export interface Since {
  from: number;
  until: number;
}

export interface KindInfo extends Since {
  kind: string;
  type: string;
  /** The name is part of the document's identity. */
  named: boolean;
}

export type ValueType =
  | { sort: "text" | "flag" | "number"; pointer: boolean }
  | { sort: "any" }
  | { sort: "list"; item: ValueType; replace: boolean; keyed?: string }
  | { sort: "map"; item: ValueType }
  | { sort: "struct"; type: string; replace: boolean };

export interface FieldInfo extends Since {
  type: ValueType;
}

/** Releases that the table was read from. */
export const tableRange: Since = { from: 9, until: 14 };

function since(text: string | undefined): Since {
  const [, from, until] = /^(\d*)(?:-(\d+))?$/.exec(text ?? "") ?? [];
  return { from: from ? Number(from) : tableRange.from, until: until ? Number(until) : tableRange.until };
}

const words = (lines: string): string[][] =>
  lines
    .trim()
    .split("\n")
    .map((line) => line.split(" "));

let kinds: Map<string, KindInfo> | undefined;
let types: Map<string, ReadonlyMap<string, FieldInfo>> | undefined;

/** What Talos 1.9 to 1.14 know of a document kind; undefined for a kind that none of them knows. */
export function kindOf(kind: string): KindInfo | undefined {
  kinds ??= new Map(
    words(kindLines).map(([written = "", type = ""]) => {
      const [, name = "", range, plus] = /^([A-Za-z0-9]+)(?:@([\d-]+))?(\+)?$/.exec(written) ?? [];
      return [name, { kind: name, type, named: plus === "+", ...since(range) }];
    }),
  );
  return kinds.get(kind);
}

/** All kinds of the table, for near misses. */
export function allKinds(): string[] {
  kindOf("");
  return [...(kinds?.keys() ?? [])];
}

/** The fields of a type; a field `...` means that any key is taken. */
export function fieldsOf(type: string): ReadonlyMap<string, FieldInfo> {
  types ??= new Map(
    words(typeLines).map(([name = "", ...fields]) => [name, new Map(fields.map(parseField))]),
  );
  return types.get(type) ?? new Map();
}

function parseField(text: string): [string, FieldInfo] {
  const [, name = "", range, type = ""] = /^(.+?)(?:@([\d-]+))?:(.+)$/.exec(text) ?? [];
  return [name, { type: parseType(type), ...since(range) }];
}

const scalars: Record<string, "text" | "flag" | "number"> = { s: "text", b: "flag", i: "number" };

function parseType(text: string): ValueType {
  if (text === "*") return { sort: "any" };
  const scalar = text.length === 1 ? scalars[text.toLowerCase()] : undefined;
  if (scalar) return { sort: scalar, pointer: text !== text.toLowerCase() };
  const [, item, replace, keyed] = /^\[(.+)\](!)?(?:#(\w+))?$/.exec(text) ?? [];
  if (item)
    return { sort: "list", item: parseType(item), replace: replace === "!", ...(keyed ? { keyed } : {}) };
  if (text.startsWith("{")) return { sort: "map", item: parseType(text.slice(1, -1)) };
  return { sort: "struct", type: text.replace(/!$/, ""), replace: text.endsWith("!") };
}
