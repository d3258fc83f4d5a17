import { readFile } from "node:fs/promises";
import { RolesError } from "../errors.ts";
import { contentKey } from "../formats/canonical.ts";
import { writeFileWhole } from "../formats/files.ts";
import type { Arch } from "../talos/arch.ts";
import { sumContracts } from "../talos/contract.ts";
import type { Lock } from "./lock-model.ts";
import { lockSchema } from "./lock-schema.ts";

/** Reads a lock; undefined where there is no file. Errors: LOCK_INVALID. */
export async function readLock(path: string): Promise<Lock | undefined> {
  try {
    return parseLock(await readFile(path, "utf8"), path);
  } catch (cause) {
    if (cause instanceof RolesError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw invalid(path, "it cannot be read", cause);
  }
}

/** Reads a lock that must be there. Errors: FILE_NOT_FOUND, LOCK_INVALID. */
export async function openLock(path: string): Promise<Lock> {
  const lock = await readLock(path);
  if (lock) return lock;
  throw new RolesError("FILE_NOT_FOUND", `there is no lock ${path}`, {
    hint: "`talos-roles lock` writes one.",
  });
}

/** The lock in `text`, with its parts agreeing with each other; `path` names it in errors. Errors: LOCK_INVALID. */
export function parseLock(text: string, path: string): Lock {
  const parsed = lockSchema.safeParse(json(text, path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(path, `${issue?.path.join(".") || "document"}: ${issue?.message ?? ""}`);
  }
  const fault = contradiction(parsed.data);
  if (fault !== undefined) throw invalid(path, fault);
  return parsed.data;
}

function json(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, "it is not JSON", cause);
  }
}

/** What a hand or a merge has broken. */
function contradiction({ roles, architectures }: Lock): string | undefined {
  for (const [name, byArch] of Object.entries(roles)) {
    for (const [arch, role] of Object.entries(byArch)) {
      const where = `roles.${name}.${arch}`;
      const extensions = architectures[arch as Arch]?.extensions;
      if (!extensions) return `${where}: there is no architectures.${arch}`;
      const missing = role.extensions.find((extension) => !extensions[extension]);
      if (missing !== undefined)
        return `${where}: there is no ${missing} in architectures.${arch}.extensions`;
      const sum = sumContracts(role.extensions.map((key) => extensions[key]!.contract));
      if (contentKey(sum) !== contentKey(role.contract))
        return `${where}.contract: it is not the sum over the role's extensions`;
    }
  }
  return undefined;
}

/** The file's text: keys in a fixed order, roles and extensions by name, so that a diff in review shows what changed and nothing else. */
export const lockText = (lock: Lock): string => `${JSON.stringify(ordered(lock), null, 2)}\n`;

const ordered = ({ lockVersion, rolesChecksum, talos, architectures, roles }: Lock): Lock => ({
  lockVersion,
  rolesChecksum,
  talos,
  architectures: mapSorted(architectures, ({ base, bootFiles, kernelRelease, extensions }) => ({
    base,
    bootFiles,
    kernelRelease,
    extensions: mapSorted(extensions, (extension) => extension),
  })),
  roles: mapSorted(roles, (byArch) => mapSorted(byArch, (role) => role)),
});

function mapSorted<T, R>(values: Partial<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  const keys = Object.keys(values).sort();
  return Object.fromEntries(keys.map((key) => [key, change(values[key] as T)]));
}

/** Replaces the lock in one step: a reader sees the old lock or the new one, also with several writers or a kill. Errors: NO_SPACE. */
export const writeLock = (path: string, lock: Lock): Promise<void> => writeFileWhole(path, lockText(lock));

const invalid = (path: string, reason: string, cause?: unknown) =>
  new RolesError("LOCK_INVALID", `${path}: ${reason}`, {
    hint: "Restore it from version control, or delete it and run `talos-roles lock`.",
    cause,
  });
