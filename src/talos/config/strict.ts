import { type ConfigDocument, rootKind } from "./document.ts";
import { fieldsOf, kindOf, tableRange, type ValueType } from "./schema.ts";
import {
  type At,
  type ConfigNode,
  entriesOf,
  isNull,
  itemsOf,
  type MapNode,
  nodeAt,
  textOf,
} from "./tree.ts";

export interface StrictProblem {
  sort: "unknown-kind" | "unknown-key" | "wrong-type" | "twice" | "missing" | "kind-of-other-version";
  message: string;
  at: At;
  /** What was written that is not known. */
  word?: string;
  /** What could stand there instead. */
  known?: readonly string[];
}

/**
 * What Talos' strict decoder would refuse: unknown kinds and keys, keys written twice, values of the wrong kind. `minor` is the Talos 1.x
 * release; without it, or for one newer than the table, only what no release knows is named. What a template may change is left alone.
 */
export function strictProblems(documents: readonly ConfigDocument[], minor?: number): StrictProblem[] {
  const known =
    minor !== undefined && minor <= tableRange.until ? Math.max(minor, tableRange.from) : undefined;
  return documents.flatMap((document) => documentProblems(document, known, minor));
}

function documentProblems(
  document: ConfigDocument,
  minor: number | undefined,
  asked: number | undefined,
): StrictProblem[] {
  const { kind, at, root } = document;
  if (kind === undefined || document.maybe) return [];
  const info = kindOf(kind);
  const newer = asked !== undefined && asked > tableRange.until;
  if (!info) {
    const message = `no Talos release from 1.${tableRange.from} to 1.${tableRange.until} knows the kind ${kind}`;
    return minor === undefined ? [] : [{ sort: "unknown-kind", message, at, word: kind }];
  }
  if (minor !== undefined && (minor < info.from || minor > info.until)) {
    const message = `Talos 1.${minor} does not know ${kind}; it exists ${minor < info.from ? `from 1.${info.from} on` : `until 1.${info.until}`}`;
    return [{ sort: "kind-of-other-version", message, at, word: kind }];
  }
  if (document.open) return [];
  const problems = mapProblems(withoutForeignKeys(root, kind), { type: info.type, minor, newer, where: "" });
  return [...problems, ...(kind === "ExtensionServiceConfig" ? serviceProblems(root) : [])];
}

/** sops leaves its own block, which is taken out before Talos sees the document. */
function withoutForeignKeys(root: MapNode, kind: string): MapNode {
  const foreign = ["sops", ...(kind === rootKind ? ["apiVersion"] : []), "$patch"];
  return { ...root, entries: new Map([...root.entries].filter(([key]) => !foreign.includes(key))) };
}

interface Where {
  type: string;
  minor: number | undefined;
  newer: boolean;
  where: string;
}

function mapProblems(node: MapNode, { type, minor, newer, where }: Where): StrictProblem[] {
  const fields = fieldsOf(type);
  const twice = (node.twice ?? []).map(({ key, at }): StrictProblem => ({
    sort: "twice",
    message: `\`${path(where, key)}\` is written twice`,
    at,
    word: key,
  }));
  if (fields.has("...")) return twice;
  const others = entriesOf(node).flatMap(([key, entry]): StrictProblem[] => {
    if (entry.maybe) return [];
    const field = fields.get(key);
    if (!field) return newer ? [] : [unknownKey(key, entry.at, { where, known: [...fields.keys()] })];
    if (minor !== undefined && (minor < field.from || minor > field.until)) {
      const range = minor < field.from ? `from 1.${field.from} on` : `until 1.${field.until}`;
      return [
        {
          sort: "unknown-key",
          message: `Talos 1.${minor} does not know \`${path(where, key)}\`; it exists ${range}`,
          at: entry.at,
          word: key,
        },
      ];
    }
    return valueProblems(entry.value, field.type, { type: "", minor, newer, where: path(where, key) });
  });
  return [...twice, ...others];
}

const path = (where: string, key: string): string => (where === "" ? key : `${where}.${key}`);

const unknownKey = (
  word: string,
  at: At,
  { where, known }: { where: string; known: string[] },
): StrictProblem => ({
  sort: "unknown-key",
  message: `Talos knows no key \`${path(where, word)}\``,
  at,
  word,
  known,
});

function valueProblems(node: ConfigNode, type: ValueType, where: Where): StrictProblem[] {
  if (isNull(node) || node.maybe || (node.kind === "scalar" && node.opaque) || isSecretReference(node))
    return [];
  if (type.sort === "struct") {
    return node.kind === "map"
      ? mapProblems(node, { ...where, type: type.type })
      : [wrongType(node, "a map", where.where)];
  }
  if (type.sort === "map") {
    if (node.kind !== "map") return [wrongType(node, "a map", where.where)];
    return entriesOf(node).flatMap(([key, { value }]) =>
      valueProblems(value, type.item, { ...where, where: path(where.where, key) }),
    );
  }
  if (type.sort === "list") {
    if (node.kind !== "list") return [wrongType(node, "a list", where.where)];
    return node.items.flatMap((item, index) =>
      valueProblems(item, type.item, { ...where, where: `${where.where}[${index}]` }),
    );
  }
  return type.sort === "any" || node.kind === "scalar" ? [] : [wrongType(node, "one value", where.where)];
}

/** `{env: NAME}` or `{NAME: {env: NAME}}`: what `talos-roles config` leaves in place of a secret until it is filled in. */
function isSecretReference(node: ConfigNode): boolean {
  const [entry, ...more] = entriesOf(node);
  if (!entry || more.length > 0) return false;
  const [key, { value }] = entry;
  return (["env", "file"].includes(key) && textOf(value) !== undefined) || isSecretReference(value);
}

const wrongType = (node: ConfigNode, wanted: string, where: string): StrictProblem => ({
  sort: "wrong-type",
  message: `\`${where}\` must be ${wanted}, and is ${{ map: "a map", list: "a list", scalar: "one value" }[node.kind]}`,
  at: node.at,
});

/** What Talos requires of an ExtensionServiceConfig (types/runtime/extensions: Validate). */
function serviceProblems(root: MapNode): StrictProblem[] {
  const files = nodeAt(root, ["configFiles"]);
  const problems = isBlank(root.entries.get("name")?.value) ? [missing("`name` is missing", root.at)] : [];
  if (isEmptyList(files) && isEmptyList(nodeAt(root, ["environment"]))) {
    problems.push(missing("neither `environment` nor `configFiles` has anything in it", root.at));
  }
  return [...problems, ...itemsOf(files).flatMap(fileProblems)];
}

const fileProblems = (file: ConfigNode): StrictProblem[] =>
  ["content", "mountPath"]
    .filter((key) => isBlank(nodeAt(file, [key])))
    .map((key) => missing(`a config file has no \`${key}\``, file.at));

const missing = (message: string, at: At): StrictProblem => ({ sort: "missing", message, at });

const isBlank = (node: ConfigNode | undefined): boolean =>
  isNull(node) || (node?.kind === "scalar" && node.value === "" && !node.opaque);

const isEmptyList = (node: ConfigNode | undefined): boolean =>
  isNull(node) || (node?.kind === "list" && node.items.length === 0);
