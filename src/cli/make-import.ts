import { lstat, stat } from "node:fs/promises";
import { RolesError } from "../errors.ts";
import { writeFileWhole } from "../formats/files.ts";
import { listFromClues } from "../formation/image-list.ts";
import { usualModules } from "../machine/role-modules.ts";
import type { ImportedRoles } from "../roles/import/imported.ts";
import { importedText } from "../roles/import/roles-text.ts";
import { importSource } from "../roles/import/sources.ts";
import { toRoles } from "../roles/import/to-roles.ts";

export interface MadeImport extends ImportedRoles {
  /** The source, and the file that was written; null where it was only printed. */
  from: string;
  file: string | null;
  text: string;
}

interface ImportOptions {
  file: string;
  /** Write over a file that is there. */
  force?: boolean | undefined;
  /** Print only. */
  print?: boolean | undefined;
}

/** Errors: FILE_NOT_FOUND, CONFIG_INVALID, USAGE, and ROLES_INVALID where the source has what no roles file may hold. */
export async function makeImport(
  path: string,
  { file, force = false, print = false }: ImportOptions,
): Promise<MadeImport> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (cause: unknown) => {
      throw new RolesError("FILE_NOT_FOUND", `${path} does not exist`, { cause });
    },
  );
  if (!print && !force && (await isThere(file)))
    throw new RolesError("USAGE", `${file} is already there`, {
      hint: "Name another with `--file PATH`, write over it with `--force`, or look first with `--print`.",
    });
  const source = await importSource(path, { isFolder, listOf: listFromClues });
  const roles = toRoles(source, { impliedModules: usualModules });
  const text = importedText(roles, { from: source.path, file });
  if (!print) await writeFileWhole(file, text);
  return { ...roles, from: source.path, file: print ? null : file, text };
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
