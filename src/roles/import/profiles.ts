import { architectures } from "../../talos/arch.ts";
import { flagOf, itemsOf, type MapNode, nodeAt, textOf } from "../../talos/config/tree.ts";
import { fileName } from "./plain-node.ts";
import type { RepositoryFiles } from "./files.ts";
import type { ImportedNode, ImportSource } from "./imported.ts";
import { keysBeyond, otherMaps } from "./layout.ts";
import type { OtherKey } from "./repository.ts";
import { schematicSettings } from "./schematic-settings.ts";

/** A profile of Talos' imager, as CozyStack keeps one for each kind of image. */
const isProfile = (root: MapNode): boolean =>
  nodeAt(root, ["output", "kind"]) !== undefined && root.entries.has("input") && root.entries.has("version");

const outputKeys = ["platform", "secureboot", "output"];
const outputsInstead =
  "what is built, and for which platform, roles.yaml says once for all roles: `images.outputs`";

/** Other keys of the root are named by `schematicSettings`. */
const outputsOf = (root: MapNode, name: string): OtherKey[] =>
  keysBeyond(root, [], name)
    .filter(({ key }) => outputKeys.includes(key))
    .filter(({ key }) => key !== "secureboot" || flagOf(nodeAt(root, [key])) !== false)
    .map((one) => ({ ...one, reason: outputsInstead }));

/** What imager profiles say of images; undefined where there are none. */
export function profileSource(files: RepositoryFiles): ImportSource | undefined {
  const found = files.paths.flatMap((path) =>
    otherMaps(files, path).flatMap(({ root, at }) => (isProfile(root) ? [{ path, root, at }] : [])),
  );
  const [first] = found;
  if (!first) return undefined;
  return {
    path: found.length === 1 ? files.shown(first.path) : files.folder.path,
    nodes: found.map(({ path, root }) => imageOf(files.shown(path), root)),
    otherKeys: found.flatMap(({ path, root }) => [
      ...outputsOf(root, fileName(path)),
      ...keysBeyond(
        nodeAt(root, ["input"]),
        ["systemExtensions", "kernel", "initramfs", "baseInstaller"],
        fileName(path),
      ),
    ]),
    notes: [],
  };
}

function imageOf(path: string, root: MapNode): ImportedNode {
  const arch = architectures.find((one) => one === textOf(nodeAt(root, ["arch"])));
  const talos = textOf(nodeAt(root, ["version"]));
  const list = itemsOf(nodeAt(root, ["input", "systemExtensions"]));
  const names = list.map(
    (item) => textOf(nodeAt(item, ["imageRef"])) ?? textOf(nodeAt(item, ["tarballPath"])),
  );
  return {
    name: fileName(path),
    at: root.at,
    ...(arch === undefined ? {} : { arch }),
    ...(talos === undefined ? {} : { talos }),
    extensions: names.every((name) => name !== undefined) ? names.map(shortName) : undefined,
    source: names.every((name) => name !== undefined)
      ? `the list in ${path}`
      : `the list in ${path} is a template`,
    ...schematicSettings(root),
    documents: [],
    hidden: [],
    isImage: true,
  };
}

/** `drbd` of `ghcr.io/siderolabs/drbd:9.3.3-v1.13.9@sha256:…`: the lock pins it again. Others stay references. */
const shortName = (reference: string): string =>
  /^(?:ghcr\.io\/)?siderolabs\/([a-z0-9][a-z0-9._-]*)(?:[:@].*)?$/.exec(reference)?.[1] ?? reference;
