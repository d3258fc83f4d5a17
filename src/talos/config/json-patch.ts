import { type ConfigDocument, documentOf, rootKind } from "./document.ts";
import type { ConfigProblem, Merged } from "./merge.ts";
import { type At, type ConfigNode, type ListNode, type MapNode, nodeAt, plain, textOf } from "./tree.ts";

/**
 * Applies a JSON6902 patch (RFC 6902) as talosctl does: to a config of one document only. Where `base` is not the whole config (its
 * tool generates the rest), what is missing is made, because it may be there in what Talos gets.
 */
export function applyOperations(
  config: readonly ConfigDocument[],
  operations: ListNode,
  { generatedBase = false } = {},
): Merged {
  const problems: ConfigProblem[] = [];
  const [document, ...others] = generatedBase ? rootFirst(config, operations) : config;
  if (!document) return { documents: [], problems };
  if (others.length > 0 && !generatedBase) {
    const message =
      "a JSON6902 patch is refused where the config has more than one document; write it as a strategic merge patch";
    problems.push({ sort: "patch-multi-document", message, at: operations.at });
  }
  let root: ConfigNode = document.root;
  for (const operation of operations.items) {
    const applied = apply(root, operation, generatedBase);
    if ("message" in applied)
      problems.push({ sort: "patch-invalid", message: applied.message, at: operation.at });
    else root = applied.root;
  }
  return { documents: [{ ...document, root: root as MapNode }, ...others], problems };
}

/** A patch of this kind is for the root document, which a generated config surely has. */
function rootFirst(config: readonly ConfigDocument[], { at }: ListNode): ConfigDocument[] {
  const root =
    config.find(({ kind }) => kind === rootKind) ??
    documentOf({ kind: "map", at, entries: new Map() }, { at, maybe: false, open: false });
  return [root, ...config.filter((one) => one !== root)];
}

type Result = { root: ConfigNode } | { message: string };

interface Operation {
  op: string;
  path: string[];
  from: string[] | undefined;
  value: ConfigNode | undefined;
  /** What is missing is made, or taken as gone. */
  lenient: boolean;
  at: At;
}

function apply(root: ConfigNode, written: ConfigNode, lenient: boolean): Result {
  const path = pointer(nodeAt(written, ["path"]));
  if (!path || path.length === 0) return { message: "a path like /machine/kernel is needed" };
  const operation: Operation = {
    op: textOf(nodeAt(written, ["op"])) ?? "",
    path,
    from: pointer(nodeAt(written, ["from"])),
    value: nodeAt(written, ["value"]),
    lenient,
    at: written.at,
  };
  const result = operations[operation.op]?.(root, operation);
  return result ?? { message: `\`${operation.op}\` is no operation of RFC 6902` };
}

const operations: Record<string, (root: ConfigNode, operation: Operation) => Result> = {
  add: (root, operation) => putValue(root, operation, false),
  replace: (root, operation) => putValue(root, operation, true),
  remove: (root, operation) => take(root, operation) ?? missing(operation.path),
  test: (root, { path, value }) => {
    const found = find(root, path);
    const same = found && value && JSON.stringify(plain(found)) === JSON.stringify(plain(value));
    return same ? { root } : { message: `\`test\` does not hold at /${path.join("/")}` };
  },
  copy: (root, operation) => transfer(root, operation, false),
  move: (root, operation) => transfer(root, operation, true),
};

const missing = (path: readonly string[]): Result => ({ message: `there is nothing at /${path.join("/")}` });

function putValue(root: ConfigNode, operation: Operation, replace: boolean): Result {
  const { path, value } = operation;
  if (!value) return { message: `\`${operation.op}\` needs a value` };
  return put(root, value, { ...operation, replace }) ?? missing(path);
}

function transfer(root: ConfigNode, operation: Operation, move: boolean): Result {
  const { from = [], lenient, path } = operation;
  const found = find(root, from);
  if (!found) return lenient ? { root } : missing(from);
  const left = move ? take(root, { ...operation, path: from }) : { root };
  return (left && put(left.root, found, { ...operation, replace: false })) ?? missing(path);
}

function pointer(node: ConfigNode | undefined): string[] | undefined {
  const text = textOf(node);
  if (!text?.startsWith("/")) return undefined;
  return text
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

const child = (node: ConfigNode | undefined, key: string): ConfigNode | undefined =>
  nodeAt(node, [node?.kind === "list" ? Number(key) : key]);
const find = (root: ConfigNode, path: readonly string[]): ConfigNode | undefined =>
  path.reduce<ConfigNode | undefined>(child, root);

interface Edit {
  path: readonly string[];
  lenient: boolean;
  at: At;
}

type Put = Edit & { replace: boolean };

function put(node: ConfigNode, value: ConfigNode, edit: Put): { root: ConfigNode } | undefined {
  if (node.kind === "scalar") return undefined;
  const [key = "", ...rest] = edit.path;
  if (rest.length === 0)
    return node.kind === "list" ? putItem(node, value, edit) : putEntry(node, value, edit);
  const there =
    child(node, key) ?? (edit.lenient && node.kind === "map" ? containerFor(rest[0], edit.at) : undefined);
  const inner = there && put(there, value, { ...edit, path: rest });
  return inner && { root: withChild(node, key, inner.root) };
}

const containerFor = (key: string | undefined, at: At): ConfigNode =>
  key === "-" || /^\d+$/.test(key ?? "")
    ? { kind: "list", at, items: [] }
    : { kind: "map", at, entries: new Map() };

function withChild(node: MapNode | ListNode, key: string, value: ConfigNode): ConfigNode {
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item, index) => (index === Number(key) ? value : item)) };
  }
  const at = node.entries.get(key)?.at ?? value.at;
  return { ...node, entries: new Map(node.entries).set(key, { at, value }) };
}

function putEntry(node: MapNode, value: ConfigNode, { path, replace, lenient }: Put) {
  const [key = ""] = path;
  if (replace && !node.entries.has(key) && !lenient) return undefined;
  return { root: withChild(node, key, value) };
}

function putItem(node: ListNode, value: ConfigNode, { path, replace, lenient }: Put) {
  const index = path[0] === "-" ? node.items.length : Number(path[0]);
  const last = node.items.length - (replace ? 1 : 0);
  if (!Number.isInteger(index) || index < 0 || (index > last && !lenient)) return undefined;
  return { root: { ...node, items: node.items.toSpliced(index, replace ? 1 : 0, value) } };
}

function take(node: ConfigNode, edit: Edit): { root: ConfigNode } | undefined {
  const [key = "", ...rest] = edit.path;
  const there = child(node, key);
  if (!there || node.kind === "scalar") return edit.lenient ? { root: node } : undefined;
  if (rest.length > 0) {
    const inner = take(there, { ...edit, path: rest });
    return inner && { root: withChild(node, key, inner.root) };
  }
  if (node.kind === "list") return { root: { ...node, items: node.items.toSpliced(Number(key), 1) } };
  const entries = new Map(node.entries);
  entries.delete(key);
  return { root: { ...node, entries } };
}
