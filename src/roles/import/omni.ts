import { documentOf } from "../../talos/config/document.ts";
import { applyPatches } from "../../talos/config/patch.ts";
import { type At, type ConfigNode, itemsOf, type MapNode, nodeAt, textOf } from "../../talos/config/tree.ts";
import { folderOf, type RepositoryFiles } from "./files.ts";
import { filesWith, keysBeyond, type LayoutReader, type LayoutReading, otherMaps } from "./layout.ts";
import { joinPatches, namedPatch, noPatches, type PatchList, writtenPatch } from "./patch-list.ts";
import type { RepositoryNode, RepositoryNote } from "./repository.ts";

const kindOf = (root: MapNode): string | undefined =>
  root.entries.has("apiVersion") ? undefined : textOf(nodeAt(root, ["kind"]));

/** Omni's cluster template: documents for the cluster, its sets of machines, and machines (facts: peers §4). */
export const omni: LayoutReader = {
  entries: (files) =>
    filesWith(
      files,
      (root) => kindOf(root) === "Cluster" && nodeAt(root, ["talos", "version"]) !== undefined,
    ),
  read: readTemplate,
};

interface Part {
  root: MapNode;
  at: At;
}

interface Template {
  files: RepositoryFiles;
  from: string;
  cluster: Part;
  machines: readonly Part[];
}

function readTemplate(files: RepositoryFiles, entry: string): LayoutReading {
  const parts = otherMaps(files, entry);
  const [cluster] = parts.filter(({ root }) => kindOf(root) === "Cluster") as [Part];
  const machines = parts.filter(({ root }) => kindOf(root) === "Machine");
  const template: Template = { files, from: folderOf(entry), cluster, machines };
  const sets = parts.filter(({ root }) => ["ControlPlane", "Workers"].includes(kindOf(root) ?? ""));
  const read = sets.flatMap((set) => readSet(template, set));
  const name = textOf(nodeAt(cluster.root, ["name"]));
  return {
    repository: {
      layout: "omni",
      path: files.shown(entry),
      ...(name === undefined ? {} : { name }),
      nodes: read.map(({ node }) => node),
      notes: [...read.flatMap(({ list }) => list.notes), ...unread(parts, sets)],
      otherKeys: parts.flatMap(({ root }) => {
        const node = kindOf(root) === "Machine" ? textOf(nodeAt(root, ["name"])) : undefined;
        return keysBeyond(root, ["kind", "name", "talos", "machines", "patches", "systemExtensions"], node);
      }),
    },
    used: new Set([entry, ...read.flatMap(({ list }) => list.used)]),
  };
}

interface ReadMachine {
  node: RepositoryNode;
  list: PatchList;
}

/** Extensions and machines that are templates, and machines that no set has. */
function unread(parts: readonly Part[], sets: readonly Part[]): RepositoryNote[] {
  const isText = (node: ConfigNode): boolean => textOf(node) !== undefined;
  const items = (root: MapNode, key: string, what: string): RepositoryNote[] =>
    itemsOf(nodeAt(root, [key])).flatMap((item) =>
      isText(item)
        ? []
        : [{ message: `${what} in ${item.at.file} (line ${item.at.line}) cannot be read`, at: item.at }],
    );
  const listed = new Set(sets.flatMap(({ root }) => itemsOf(nodeAt(root, ["machines"])).map(textOf)));
  const alone = parts.filter(
    ({ root }) => kindOf(root) === "Machine" && !listed.has(textOf(nodeAt(root, ["name"]))),
  );
  return [
    ...parts.flatMap(({ root }) => items(root, "systemExtensions", "an extension")),
    ...sets.flatMap(({ root }) => items(root, "machines", "a machine")),
    ...alone.map(({ root, at }) => ({
      message: `no set of ${at.file} has the machine ${textOf(nodeAt(root, ["name"])) ?? `at line ${at.line}`}`,
      at,
    })),
  ];
}

/** A node for each machine of a set; one for the set where a class picks its machines. */
function readSet(template: Template, set: Part): ReadMachine[] {
  const ids = itemsOf(nodeAt(set.root, ["machines"])).flatMap((id) => textOf(id) ?? []);
  if (ids.length === 0) return [readMachine(template, set, { name: setName(set) })];
  return ids.map((id) => {
    const own = template.machines.find(({ root }) => textOf(nodeAt(root, ["name"])) === id);
    return readMachine(template, set, { name: id, ...(own ? { own } : {}) });
  });
}

const setName = ({ root }: Part): string =>
  textOf(nodeAt(root, ["name"])) ?? (kindOf(root) === "ControlPlane" ? "control-plane" : "worker");

function readMachine(
  { files, from, cluster }: Template,
  set: Part,
  { name, own }: { name: string; own?: Part },
): ReadMachine {
  const levels = [cluster, set, ...(own ? [own] : [])];
  const list = joinPatches(...levels.map(({ root }) => levelPatches(files, nodeAt(root, ["patches"]), from)));
  const { documents, problems } = applyPatches([], list.patches, { generatedBase: true });
  const talos = textOf(nodeAt(cluster.root, ["talos", "version"]));
  return {
    list,
    node: {
      name,
      at: (own ?? set).at,
      group: setName(set),
      controlPlane: kindOf(set.root) === "ControlPlane",
      ...(talos === undefined ? {} : { talos }),
      config: { documents, problems, hidden: list.hidden, generated: true, unlisted: [] },
      image: { schematics: [], list: closestList(levels) },
    },
  };
}

/** The list nearest to the machine stands alone. */
function closestList(levels: readonly Part[]): { names: string[]; at: At } {
  for (const { root } of levels.toReversed()) {
    const list = nodeAt(root, ["systemExtensions"]);
    if (list?.kind === "list")
      return { names: itemsOf(list).flatMap((item) => textOf(item) ?? []), at: list.at };
  }
  return { names: [], at: (levels[0] as Part).at };
}

function levelPatches(files: RepositoryFiles, list: ConfigNode | undefined, from: string): PatchList {
  return joinPatches(
    ...itemsOf(list).map((patch) => {
      const inline = nodeAt(patch, ["inline"]);
      if (inline?.kind === "map") return inlinePatch(inline);
      if (inline) return writtenPatch(inline);
      const file = textOf(nodeAt(patch, ["file"]));
      return file === undefined ? noPatches() : namedPatch(files, file, { from, at: patch.at });
    }),
  );
}

/** A patch as YAML inside the template: it is read as the document that it is. */
const inlinePatch = (root: MapNode): PatchList => ({
  ...noPatches(),
  patches: [
    {
      file: root.at.file,
      documents: [documentOf(root, { at: root.at, maybe: root.maybe === true, open: false })],
      templated: false,
      others: [],
    },
  ],
});
