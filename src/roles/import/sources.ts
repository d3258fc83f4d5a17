import { basename, dirname } from "node:path";
import { RolesError } from "../../errors.ts";
import type { ConfigNode } from "../../talos/config/tree.ts";
import { openFiles, type RepositoryFiles } from "./files.ts";
import { diskFolder, type Folder, folderNotes, memoryFolder } from "./folder.ts";
import { repositoriesIn } from "./folder-repositories.ts";
import type { ImportedNode, ImportSource } from "./imported.ts";
import { profileSource } from "./profiles.ts";
import type { ImageClues, Repository, RepositoryNode } from "./repository.ts";
import { schematicsAbout } from "./layout.ts";
import { schematicSettings } from "./schematic-settings.ts";

/** Reads the extension list from the clues of a layout, with how it was found. */
export type ListOf = (clues: ImageClues) => {
  names: readonly string[] | undefined;
  source: string;
  talos?: string;
  /** The schematic that it was read from. */
  schematic?: ConfigNode;
};

/**
 * What a file or folder says about the nodes of a cluster. Errors: FILE_NOT_FOUND; CONFIG_INVALID where it holds nothing to import; USAGE
 * where it holds several clusters, naming them.
 */
export async function importSource(
  path: string,
  { isFolder, listOf }: { isFolder: boolean; listOf: ListOf },
): Promise<ImportSource> {
  const folder = await diskFolder(isFolder ? path : dirname(path));
  return sourceIn(folder, { listOf, ...(isFolder ? {} : { entry: basename(path) }) });
}

/** As `importSource`, for a folder that is open; `entry` is one file in it. */
export async function sourceIn(
  folder: Folder,
  options: { entry?: string; listOf: ListOf },
): Promise<ImportSource> {
  const source = await readableSource(folder, options);
  return { ...source, notes: [...source.notes, ...folderNotes(folder)] };
}

async function readableSource(
  folder: Folder,
  { entry, listOf }: { entry?: string; listOf: ListOf },
): Promise<ImportSource> {
  const files = await openFiles(folder);
  const repositories = repositoriesIn(files, entry).filter(({ nodes }) => nodes.length > 0);
  const layouts = repositories.filter(({ layout }) => layout !== "plain");
  const found = layouts.length > 0 ? layouts : repositories;
  if (found.length > 1)
    throw new RolesError(
      "USAGE",
      `${folder.path} has several clusters: ${found.map((one) => one.path).join(", ")}`,
      {
        hint: "Name one of these files.",
      },
    );
  const [repository] = found;
  if (repository) return sourceOf(repository, listOf);
  const own = entry === undefined ? files : await onlyFile(files, entry);
  const source = profileSource(own) ?? schematicSource(own, listOf);
  if (source) return source;
  throw new RolesError("CONFIG_INVALID", `${entry ?? folder.path} has nothing to import`, {
    hint: "It takes a talhelper or TOPF file, an Omni template, talm nodes, machine configs, imager profiles, and schematics.",
  });
}

async function onlyFile(files: RepositoryFiles, entry: string): Promise<RepositoryFiles> {
  const text = files.text(entry);
  return openFiles(memoryFolder(text === undefined ? {} : { [entry]: text }, files.folder.path));
}

const sourceOf = (repository: Repository, listOf: ListOf): ImportSource => ({
  path: repository.path,
  ...(repository.name === undefined ? {} : { name: repository.name }),
  nodes: repository.nodes.map((node) => importedNode(node, listOf)),
  otherKeys: repository.otherKeys ?? [],
  notes: [...repository.notes, ...unlistedNotes(repository)],
});

/** Files with documents that belong to no node, each said once. */
function unlistedNotes({ nodes }: Repository): Repository["notes"] {
  const files = new Map(
    nodes.flatMap(({ config }) => config.unlisted.map(({ at }) => [at.file, at] as const)),
  );
  return [...files].map(([file, at]) => ({
    message: `nothing includes ${file}, so no node has what it says`,
    at,
  }));
}

function importedNode({ config, image, ...node }: RepositoryNode, listOf: ListOf): ImportedNode {
  const { names, source, talos, schematic } = listOf(image);
  const version = node.talos ?? talos;
  const used = image.schematics.find((clue) => clue.used);
  const settings = schematicSettings(schematic ?? used?.root);
  return {
    ...node,
    ...(version === undefined ? {} : { talos: version }),
    extensions: names && [...names],
    source,
    ...settings,
    notCarried: [
      ...settings.notCarried,
      ...config.problems.map(({ message, at }) => ({ what: "part of a patch", reason: message, at })),
    ],
    documents: config.documents,
    hidden: config.hidden,
    isImage: false,
  };
}

/** Schematics alone: a role for each, and no node. */
function schematicSource(files: RepositoryFiles, listOf: ListOf): ImportSource | undefined {
  const clues = schematicsAbout(files);
  const [first] = clues;
  if (!first) return undefined;
  const nodes = clues.map((clue): ImportedNode => {
    const own = { ...clue, used: true };
    const node = importedNode(
      {
        name: basename(clue.at.file).replace(/\..*$/, ""),
        at: clue.at,
        config: { documents: [], problems: [], hidden: [], generated: true, unlisted: [] },
        image: { schematics: [own] },
      },
      listOf,
    );
    return { ...node, isImage: true };
  });
  return { path: first.at.file, nodes, otherKeys: [], notes: [] };
}
