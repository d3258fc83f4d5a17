import type { ConfigDocument } from "../../talos/config/document.ts";
import { strategicMerge } from "../../talos/config/merge.ts";
import { applyPatches } from "../../talos/config/patch.ts";
import { installImage } from "../../talos/config/settings.ts";
import {
  type ConfigNode,
  flagOf,
  isNull,
  itemsOf,
  type MapNode,
  nodeAt,
  textOf,
} from "../../talos/config/tree.ts";
import { architectures } from "../../talos/arch.ts";
import { folderOf, type RepositoryFiles } from "./files.ts";
import {
  filesWith,
  hasNodesWith,
  keysBeyond,
  type LayoutReader,
  type LayoutReading,
  otherMaps,
  unreadItems,
} from "./layout.ts";
import { joinPatches, noPatches, patchList, type PatchList } from "./patch-list.ts";
import type { ImageClues, OtherKey, RepositoryNode } from "./repository.ts";
import { inlineSchematic } from "./schematic-of.ts";
import { emptySchematic, namedDocument, rootDocument } from "./synthetic.ts";
import { textWithVariables } from "./variables.ts";

/** talhelper: one file with groups, nodes and patch lists (facts: peers §2.1, real-configs §2 A). */
export const talhelper: LayoutReader = {
  entries: (files) =>
    filesWith(
      files,
      (root) =>
        hasNodesWith(root, "hostname") &&
        (root.entries.has("clusterName") || root.entries.has("talosVersion") || root.entries.has("endpoint")),
    ),
  read: readTalconfig,
};

interface Talconfig {
  files: RepositoryFiles;
  entry: string;
  root: MapNode;
  talos: string | undefined;
}

function readTalconfig(files: RepositoryFiles, entry: string): LayoutReading {
  const root = otherMaps(files, entry).find((one) => hasNodesWith(one.root, "hostname"))?.root as MapNode;
  const config: Talconfig = {
    files,
    entry,
    root,
    talos: textWithVariables(files, entry, root.entries.get("talosVersion")?.value),
  };
  const read = itemsOf(nodeAt(root, ["nodes"])).flatMap((node) =>
    node.kind === "map" ? [readNode(config, node)] : [],
  );
  const name = textOf(nodeAt(root, ["clusterName"]));
  return {
    repository: {
      layout: "talhelper",
      path: files.shown(entry),
      ...(name === undefined ? {} : { name }),
      nodes: read.map(({ node }) => node),
      notes: unique([
        ...read.flatMap(({ list }) => list.notes),
        ...unreadItems(nodeAt(root, ["nodes"]), "a node"),
      ]),
      otherKeys: otherKeysOf(root),
    },
    used: new Set([entry, ...read.flatMap(({ list }) => list.used)]),
  };
}

const unique = <T extends { message: string }>(notes: readonly T[]): T[] => [
  ...new Map(notes.map((note) => [note.message, note])).values(),
];

function readNode(config: Talconfig, own: MapNode): { node: RepositoryNode; list: PatchList } {
  const { files, entry, root, talos } = config;
  const controlPlane = flagOf(nodeAt(own, ["controlPlane"])) ?? false;
  const group = nodeAt(root, [controlPlane ? "controlPlane" : "worker"]);
  // Empty fields of a node are filled from its group; its patches come after the group's.
  const field = (key: string): ConfigNode | undefined => {
    const value = nodeAt(own, [key]);
    return isNull(value) || (value?.kind === "list" && value.items.length === 0)
      ? nodeAt(group, [key])
      : value;
  };
  const from = folderOf(entry);
  const patches = (holder: ConfigNode | undefined): PatchList =>
    patchList(files, nodeAt(holder, ["patches"]), from);
  const list = joinPatches(
    patches(root),
    flagOf(nodeAt(own, ["overridePatches"])) === true ? noPatches() : patches(group),
    patches(own),
  );
  const base = baseDocuments(root, field);
  const { documents, problems } = applyPatches(base, list.patches, { generatedBase: true });
  const address = textOf(nodeAt(own, ["ipAddress"]))
    ?.split(",")[0]
    ?.trim();
  const arch = architectures.find((one) => one === textOf(nodeAt(field("machineSpec"), ["arch"])));
  return {
    list,
    node: {
      name: textOf(nodeAt(own, ["hostname"])) ?? `node at line ${own.at.line}`,
      at: own.at,
      controlPlane,
      ...(address === undefined ? {} : { address }),
      ...(arch === undefined ? {} : { arch }),
      ...(talos === undefined ? {} : { talos }),
      config: { documents, problems, hidden: list.hidden, generated: true, unlisted: [] },
      image: imageClues(documents, {
        url: field("talosImageURL"),
        schematic: field("schematic"),
        root,
        at: own.at,
      }),
    },
  };
}

interface ImageFields {
  url: ConfigNode | undefined;
  schematic: ConfigNode | undefined;
  root: MapNode;
  at: ConfigNode["at"];
}

/** A patch may set the image; else the node's own URL stands before a schematic. Without either, the image has no extension. */
function imageClues(
  documents: readonly ConfigDocument[],
  { url, schematic, root, at }: ImageFields,
): ImageClues {
  const patched = installImage(documents);
  const written = patched ?? (isNull(url) ? undefined : url);
  const inline = inlineSchematic(schematic) ?? inlineSchematic(nodeAt(root, ["schematic"]));
  if (written?.kind === "scalar")
    return { reference: written, schematics: inline ? [{ ...inline, used: false }] : [] };
  return { schematics: [inline ?? { root: emptySchematic(at), at, used: true }] };
}

/** Keys of the file, and of a node or group, that become config. */
const topKeys = {
  clusterPodNets: "cluster.network.podSubnets",
  clusterSvcNets: "cluster.network.serviceSubnets",
};
const nodeKeys = { kernelModules: "machine.kernel.modules", nodeLabels: "machine.nodeLabels" };
const nodeKeysRead =
  "hostname ipAddress controlPlane patches overridePatches schematic talosImageURL extensionServices machineSpec kernelModules nodeLabels".split(
    " ",
  );
const topKeysRead =
  "clusterName talosVersion nodes patches schematic controlPlane worker clusterPodNets clusterSvcNets".split(
    " ",
  );

/** The documents that talhelper makes of its own keys. */
function baseDocuments(root: MapNode, field: (key: string) => ConfigNode | undefined): ConfigDocument[] {
  const parts = [
    ...Object.entries(topKeys).map(([key, path]) => [path, nodeAt(root, [key])] as const),
    ...Object.entries(nodeKeys).map(([key, path]) => [path, field(key)] as const),
  ];
  const documents = parts.flatMap(([path, value]) =>
    value && value.kind !== "scalar" ? [rootDocument(path.split("."), value)] : [],
  );
  return [...strategicMerge([], documents).documents, ...serviceDocuments(field("extensionServices"))];
}

const otherKeysOf = (root: MapNode): OtherKey[] => [
  ...keysBeyond(root, topKeysRead),
  ...unreadKeys(root, Object.keys(topKeys)),
  ...["controlPlane", "worker"].flatMap((group) => nodeOtherKeys(nodeAt(root, [group]))),
  ...itemsOf(nodeAt(root, ["nodes"])).flatMap((node) =>
    nodeOtherKeys(node, textOf(nodeAt(node, ["hostname"]))),
  ),
];

function nodeOtherKeys(node: ConfigNode | undefined, name?: string): OtherKey[] {
  const machine = nodeAt(node, ["machineSpec"]);
  const isKnown = architectures.some((arch) => arch === textOf(nodeAt(machine, ["arch"])));
  return [
    ...keysBeyond(node, nodeKeysRead, name),
    ...unreadKeys(node, [...Object.keys(nodeKeys), "extensionServices", "machineSpec"], name),
    ...keysBeyond(machine, isKnown ? ["arch"] : [], name).map((one) => ({
      ...one,
      key: `machineSpec.${one.key}`,
    })),
    ...(textOf(nodeAt(node, ["ipAddress"]))?.includes(",") && node
      ? [{ key: "ipAddress after the first", at: node.at, ...(name === undefined ? {} : { node: name }) }]
      : []),
  ];
}

/** Keys that hold maps or lists and are written as a template here. */
const unreadKeys = (root: ConfigNode | undefined, keys: readonly string[], node?: string): OtherKey[] =>
  keysBeyond(root, [], node)
    .filter(({ key }) => keys.includes(key) && nodeAt(root, [key])?.kind === "scalar")
    .map((one) => ({
      ...one,
      reason: "it is a template, encrypted or kept elsewhere: write it into roles.yaml",
    }));

const serviceDocuments = (list: ConfigNode | undefined): ConfigDocument[] =>
  itemsOf(list).flatMap((service) =>
    service.kind === "map"
      ? [namedDocument("ExtensionServiceConfig", service, textOf(nodeAt(service, ["name"])))]
      : [],
  );
