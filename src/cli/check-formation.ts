import { resolve } from "node:path";
import { RolesError } from "../errors.ts";
import { type CheckOptions, formationInput } from "../formation/from-repository.ts";
import { judge } from "../formation/judge.ts";
import type { Formation } from "../formation/model.ts";
import { formationOfRoles } from "../formation/from-roles.ts";
import { readLock } from "../catalog/lock-file.ts";
import { defined } from "../roles/inherit.ts";
import { lockPath } from "../roles/names.ts";
import type { Position } from "../roles/model.ts";
import { readPaths } from "../roles/import/read-paths.ts";
import { loadRolesWith } from "./load-roles.ts";

export interface CheckRequest extends Omit<CheckOptions, "roles"> {
  /** Machine configs, folders, or roles files. */
  paths: readonly string[];
  /** The roles file, whatever its name, where none is among `paths`. */
  file?: string | undefined;
  /** A clone of CozyStack, from which is read which Talos a release pins. */
  checkout?: string | undefined;
  /** Patches that the user names, in order. */
  patch?: readonly string[];
}

/** A formation, with what was seen and not judged. */
export interface Checked extends Formation {
  notes: (Position & { message: string })[];
}

/** The one that is named, if any. Errors: USAGE where there are two. */
export function oneRolesFile(files: readonly string[]): string | undefined {
  const [first, ...others] = [...new Map(files.map((file) => [resolve(file), file])).values()];
  if (others.length === 0) return first;
  throw new RolesError("USAGE", `several roles files: ${[first, ...others].join(", ")}`, {
    hint: "A cluster has one: name that alone, with `--file` or among the paths.",
  });
}

/** Reads what is named and judges it. Errors: USAGE, FILE_NOT_FOUND, CONFIG_INVALID, ROLES_INVALID, LOCK_INVALID. */
export async function check({
  paths,
  file,
  checkout,
  patch = [],
  ...options
}: CheckRequest): Promise<Checked> {
  const { repositories, rolesFiles } = await readPaths(paths, { patches: patch });
  const rolesFile = oneRolesFile([...(file === undefined ? [] : [file]), ...rolesFiles]);
  const hasNodes = repositories.some(({ nodes }) => nodes.length > 0);
  if (repositories.length === 0 && (options.image || options.extensions))
    throw new RolesError("USAGE", "--image and --extensions are about machine configs, and none is given", {
      hint: "Name the configs: `talos-roles check controlplane.yaml worker.yaml --image REF`. In roles.yaml, a role has its own list.",
    });
  const roles = rolesFile === undefined ? undefined : await loadRolesWith(rolesFile, checkout);
  const lock = rolesFile === undefined ? undefined : await readLock(lockPath(rolesFile));
  const known = { ...options, ...defined({ roles, lock }) };
  const input =
    roles && !hasNodes ? await formationOfRoles(roles, known) : await formationInput(repositories, known);
  const notes = repositories.flatMap((one) => one.notes);
  return { ...judge(input), notes: notes.map(({ message, at }) => ({ message, ...at })) };
}
