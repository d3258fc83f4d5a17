import { applyPatches } from "../../talos/config/patch.ts";
import { installImage } from "../../talos/config/settings.ts";
import { type ConfigNode, isNull, itemsOf, type MapNode, nodeAt, textOf } from "../../talos/config/tree.ts";
import { folderOf, insidePath, type RepositoryFiles } from "./files.ts";
import {
  filesWith,
  hasNodesWith,
  keysBeyond,
  type LayoutReader,
  type LayoutReading,
  otherMaps,
  unreadItems,
} from "./layout.ts";
import { joinPatches, patchFile, type PatchList } from "./patch-list.ts";
import type { ImageClues, RepositoryNode, RepositoryNote } from "./repository.ts";
import { schematicClues } from "./schematic-of.ts";

const isEntry = (root: MapNode): boolean =>
  (hasNodesWith(root, "host") || root.entries.has("nodesProvider")) &&
  (root.entries.has("clusterEndpoint") || root.entries.has("clusterName"));

/** TOPF: a list of nodes, and folders whose files are the patches (facts: real-configs §2 B; github.com/postfinance/topf docs/configuration-model.md). */
export const topf: LayoutReader = {
  entries: (files) => filesWith(files, isEntry),
  read: (files, entry) => {
    const root = otherMaps(files, entry).find((one) => isEntry(one.root))?.root as MapNode;
    const read = itemsOf(nodeAt(root, ["nodes"])).flatMap((node) =>
      node.kind === "map" ? [readNode({ files, entry, root }, node)] : [],
    );
    return reading({ files, entry, root }, read);
  },
};

interface Topf {
  files: RepositoryFiles;
  entry: string;
  root: MapNode;
}

interface ReadNode {
  node: RepositoryNode;
  list: PatchList;
  used: string[];
}

function reading({ files, entry, root }: Topf, read: readonly ReadNode[]): LayoutReading {
  const name = textOf(nodeAt(root, ["clusterName"]));
  const provider: RepositoryNote[] = isNull(nodeAt(root, ["nodesProvider"]))
    ? []
    : [{ message: `${files.shown(entry)} takes nodes from a program: they are not seen`, at: root.at }];
  const notes = new Map(
    [
      ...provider,
      ...read.flatMap(({ list }) => list.notes),
      ...unreadItems(nodeAt(root, ["nodes"]), "a node"),
    ].map((note) => [note.message, note]),
  );
  return {
    repository: {
      layout: "topf",
      path: files.shown(entry),
      ...(name === undefined ? {} : { name }),
      nodes: read.map(({ node }) => node),
      notes: [...notes.values()],
      otherKeys: [
        ...keysBeyond(root, [
          "clusterName",
          "talosVersion",
          "schematicId",
          "patchesDir",
          "nodes",
          "nodesProvider",
        ]),
        ...itemsOf(nodeAt(root, ["nodes"])).flatMap((node) =>
          keysBeyond(
            node,
            ["host", "ip", "role", "talosVersion", "schematicId"],
            textOf(nodeAt(node, ["host"])),
          ),
        ),
      ],
    },
    used: new Set([entry, ...read.flatMap(({ list, used }) => [...list.used, ...used])]),
  };
}

function readNode({ files, entry, root }: Topf, own: MapNode): ReadNode {
  const field = (key: string): ConfigNode | undefined => {
    const value = nodeAt(own, [key]);
    return isNull(value) ? nodeAt(root, [key]) : value;
  };
  const host = textOf(nodeAt(own, ["host"])) ?? "";
  const role = textOf(nodeAt(own, ["role"]));
  const from = folderOf(entry);
  const patchesDir = insidePath(from, textOf(nodeAt(root, ["patchesDir"])) ?? "") ?? from;
  const folders = ["all", ...(role === undefined ? [] : [role]), `node/${host}`];
  const list = joinPatches(...folders.map((name) => folderPatches(files, patchesDir, name)));
  const { documents, problems } = applyPatches([], list.patches, { generatedBase: true });
  const address = textOf(nodeAt(own, ["ip"]));
  const talos = textOf(field("talosVersion"));
  const clues = schematicClues(files, { node: field("schematicId"), at: own.at, talos, from });
  const patched = installImage(documents);
  const image: ImageClues =
    patched?.kind === "scalar"
      ? { reference: patched, schematics: clues.schematics.map((one) => ({ ...one, used: false })) }
      : clues;
  return {
    list,
    used: clues.used,
    node: {
      name: host,
      at: own.at,
      ...(role === undefined ? {} : { controlPlane: role === "control-plane" }),
      ...(address === undefined ? {} : { address }),
      ...(talos === undefined ? {} : { talos }),
      config: { documents, problems, hidden: list.hidden, generated: true, unlisted: [] },
      image,
    },
  };
}

/** The files of one folder, not of those below it, in the order of their names. */
function folderPatches(files: RepositoryFiles, patchesDir: string, name: string): PatchList {
  const folder = insidePath(patchesDir, name);
  const paths = files.paths.filter((path) => folderOf(path) === folder && /\.ya?ml(?:\.tpl)?$/.test(path));
  return joinPatches(...paths.toSorted().map((path) => patchFile(files, path)));
}
