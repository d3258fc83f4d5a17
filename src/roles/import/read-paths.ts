import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { RolesError } from "../../errors.ts";
import { type ConfigFile, readConfig } from "../../talos/config/document.ts";
import { applyPatches } from "../../talos/config/patch.ts";
import { openFiles } from "./files.ts";
import { folderRepositories, repositoriesIn, withFolderNotes } from "./folder-repositories.ts";
import { diskFolder, readTextFile, shownPath } from "./folder.ts";
import { plainRepository } from "./plain.ts";
import type { Repository } from "./repository.ts";

export interface ReadPaths {
  repositories: Repository[];
  /** Roles files among the paths. */
  rolesFiles: string[];
}

/** Reads what the user named: machine configs as files, and folders and a tool's own file by their layout. Errors: FILE_NOT_FOUND, CONFIG_INVALID. */
export async function readPaths(
  paths: readonly string[],
  { patches = [] }: { patches?: readonly string[] } = {},
): Promise<ReadPaths> {
  const files: ConfigFile[] = [];
  const rolesFiles: string[] = [];
  const repositories: Repository[] = [];
  for (const path of paths) {
    if (/(?:^|[/\\])(?:[\w.-]*\.)?roles\.(?:ya?ml|json)$/.test(path)) rolesFiles.push(path);
    else if (await isFolder(path)) {
      const folder = await diskFolder(path);
      const own: string[] = folder.files.filter((file) => file === "roles.yaml");
      rolesFiles.push(...own.map((file) => shownPath(folder, file)));
      const files = folder.files.filter((file) => !own.includes(file));
      if (files.length > 0 || folder.unreadable?.length)
        repositories.push(...(await folderRepositories({ ...folder, files })));
    } else {
      const config = await readFileConfig(path);
      const layout = config.others.length > 0 ? await layoutOf(path) : undefined;
      if (layout) repositories.push(...layout);
      else files.push(config);
    }
  }
  if (files.length > 0) repositories.push(plainRepository({ path: files[0]?.file ?? "", files }));
  const patchFiles = await Promise.all(patches.map(readFileConfig));
  return { repositories: repositories.map((one) => patched(one, patchFiles)), rolesFiles };
}

/** A tool's own file, such as talconfig.yaml: its folder has the patches that it lists. Undefined where it is none. */
async function layoutOf(path: string): Promise<Repository[] | undefined> {
  const folder = await diskFolder(dirname(path));
  const found = repositoriesIn(await openFiles(folder), basename(path)).filter(
    ({ layout }) => layout !== "plain",
  );
  return found.length > 0 ? withFolderNotes(found, folder) : undefined;
}

/** Every node with the patches that the user named on top. */
function patched(repository: Repository, patches: readonly ConfigFile[]): Repository {
  if (patches.length === 0) return repository;
  return {
    ...repository,
    nodes: repository.nodes.map((node) => {
      const { config } = node;
      const merged = applyPatches(config.documents, patches, { generatedBase: config.generated });
      const { documents } = merged;
      return {
        ...node,
        config: { ...config, documents, problems: [...config.problems, ...merged.problems] },
      };
    }),
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new RolesError("FILE_NOT_FOUND", `${path} does not exist`, { cause });
  }
}

/** One file that the user named: here, what cannot be read is an error. */
async function readFileConfig(path: string): Promise<ConfigFile> {
  const text = await readTextFile(path);
  if (text === undefined) throw new RolesError("FILE_NOT_FOUND", `${path} cannot be read as text`);
  const config = readConfig(text, path);
  const { problem } = config;
  if (problem && !config.templated) {
    throw new RolesError(
      "CONFIG_INVALID",
      `${path}:${problem.at.line}:${problem.at.column}: not YAML: ${problem.message}`,
      {
        hint: "Mend the YAML; a template can be checked after it was rendered.",
      },
    );
  }
  return config;
}
