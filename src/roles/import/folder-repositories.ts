import { openFiles, type RepositoryFiles } from "./files.ts";
import { type Folder, folderNotes } from "./folder.ts";
import { type LayoutReader, type LayoutReading, schematicsAbout, unlistedDocuments } from "./layout.ts";
import { omni } from "./omni.ts";
import { plainRepository } from "./plain.ts";
import type { Repository, RepositoryNode, SchematicClue } from "./repository.ts";
import { talhelper } from "./talhelper.ts";
import { talm } from "./talm.ts";
import { topf } from "./topf.ts";

const readers: readonly LayoutReader[] = [talhelper, topf, omni, talm];

/**
 * The clusters that a folder keeps, each by its layout; machine configs that none of them includes are nodes by themselves. A document that
 * nothing includes does not count, and is kept for the hint that it exists.
 */
export const folderRepositories = async (folder: Folder): Promise<Repository[]> =>
  withFolderNotes(repositoriesIn(await openFiles(folder)), folder);

/** What was not seen of a folder, said once. */
export const withFolderNotes = ([first, ...rest]: readonly Repository[], folder: Folder): Repository[] =>
  first ? [{ ...first, notes: [...first.notes, ...folderNotes(folder)] }, ...rest] : [];

/** As `folderRepositories`, of files that are open; with `entry` only the cluster that this one file describes, and nothing where none does. */
export function repositoriesIn(files: RepositoryFiles, entry?: string): Repository[] {
  const readings = readers.flatMap((reader) =>
    reader
      .entries(files)
      .filter((one) => entry === undefined || one === entry)
      .map((one) => reader.read(files, one)),
  );
  if (entry === undefined || readings.length > 0)
    return completed(files, readings, { onlyLayouts: entry !== undefined });
  const config = files.config(entry);
  return config ? [plainRepository({ path: files.shown(entry), files: [config] })] : [];
}

function completed(
  files: RepositoryFiles,
  readings: readonly LayoutReading[],
  { onlyLayouts = false }: { onlyLayouts?: boolean } = {},
): Repository[] {
  const used = new Set(readings.flatMap((reading) => [...reading.used]));
  const schematics = schematicsAbout(files);
  const unlisted = unlistedDocuments(files, used);
  const complete = (node: RepositoryNode): RepositoryNode => ({
    ...node,
    config: { ...node.config, unlisted },
    image: { ...node.image, schematics: joined(node.image.schematics, schematics) },
  });
  const repositories = readings.map(({ repository }) => ({
    ...repository,
    nodes: repository.nodes.map(complete),
  }));
  if (onlyLayouts) return repositories;
  const rest = leftOver(files, used, readings);
  return rest ? [...repositories, rest] : repositories;
}

/** The node's own first; those that lie about count only by their id. */
const joined = (own: readonly SchematicClue[], about: readonly SchematicClue[]): SchematicClue[] => [
  ...own,
  ...about.filter(({ root }) => own.every((one) => one.root !== root)),
];

/** Configs that no layout includes; beside a layout, only whole ones are worth a word. */
function leftOver(
  files: RepositoryFiles,
  used: ReadonlySet<string>,
  readings: readonly LayoutReading[],
): Repository | undefined {
  const paths = files.paths.filter((path) => !used.has(path) && !isRendered(path, readings));
  const configs = paths.flatMap((path) => {
    const config = files.config(path);
    return config && (!config.problem || looksLikeConfig.test(files.text(path) ?? "")) ? [config] : [];
  });
  const plain = plainRepository({ path: files.folder.path, files: configs });
  return plain.nodes.length > 0 || readings.length === 0 ? plain : undefined;
}

/** Of files that cannot be read, only those that were meant for Talos are worth a word: repositories are full of other templates. */
const looksLikeConfig = /^(?:machine|cluster):\s*$|^kind: (?:ExtensionServiceConfig|KernelModuleConfig)\s*$/m;

/** talhelper writes whole configs into `clusterconfig/`: the same nodes once more. */
const isRendered = (path: string, readings: readonly LayoutReading[]): boolean =>
  readings.some(({ repository }) => repository.layout === "talhelper") &&
  /(?:^|\/)clusterconfig\//.test(path);
