import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import type { Position } from "../model.ts";

/** Files by path, so that layouts can be read from disk or from memory. Paths are relative, with `/`. */
export interface Folder {
  /** Name of the folder as the user gave it; positions begin with it. */
  path: string;
  /** Every file that may be a config, sorted. */
  files: readonly string[];
  /** Folders inside it that could not be listed. */
  unreadable?: readonly string[];
  /** Undefined where there is no such file, or it is no text of sensible size. */
  read: (file: string) => Promise<string | undefined>;
}

const skipped = new Set(["node_modules", ".git", ".terraform", "vendor"]);
const configName = /\.(?:ya?ml|json)(?:\.(?:j2|tpl|tmpl|tftpl|gotmpl|jinja2?))?$/i;
/** A config file larger than this is none. */
const sizeLimit = 4 * 2 ** 20;
const fileLimit = 20_000;

/** Rather an error than a part of the folder in silence. */
const tooMany = (path: string, limit: number): RolesError =>
  new RolesError("USAGE", `${path} has more than ${limit} YAML and JSON files`, {
    hint: "Name the folder inside it that has the Talos configs.",
  });

const listFolder = (path: string): Promise<Dirent[]> => readdir(path, { withFileTypes: true });

/**
 * A folder on disk; symlinks are not followed, and a folder inside it that cannot be listed is told of in `unreadable`. Errors: FILE_NOT_FOUND,
 * USAGE for one with more files than are read.
 */
export async function diskFolder(
  path: string,
  { limit = fileLimit, list = listFolder } = {},
): Promise<Folder> {
  const files: string[] = [];
  const unreadable: string[] = [];
  const walk = async (inside: string): Promise<void> => {
    const entries = await list(join(path, inside)).catch((cause: unknown) => {
      if (inside === "") throw new RolesError("FILE_NOT_FOUND", `${path} cannot be read`, { cause });
      unreadable.push(inside);
      return [];
    });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory() && !skipped.has(entry.name)) await walk(name);
      else if (entry.isFile() && configName.test(entry.name)) files.push(name);
      if (files.length > limit) throw tooMany(path, limit);
    }
  };
  await walk("");
  return { path, files: files.sort(), unreadable, read: (file) => readTextFile(join(path, file)) };
}

/** Text of one file; undefined where it cannot be had. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > sizeLimit) return undefined;
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch {
    return undefined;
  }
}

/** Files in memory. */
export const memoryFolder = (files: Readonly<Record<string, string>>, path = "."): Folder => ({
  path,
  files: Object.keys(files).sort(),
  read: (file) => Promise.resolve(files[file]),
});

/** How a file of the folder is called in messages. */
export const shownPath = ({ path }: Folder, file: string): string =>
  path === "." || path === "" ? file : join(path, file);

/** That a part of it was not seen. */
export const folderNotes = (folder: Folder): { message: string; at: Position }[] =>
  (folder.unreadable ?? []).map((inside) => {
    const file = shownPath(folder, inside);
    return {
      message: `the folder ${file} cannot be read: what is in it is not seen`,
      at: { file, line: 1, column: 1 },
    };
  });
