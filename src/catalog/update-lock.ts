import { RolesError } from "../errors.ts";
import type { SignatureSource } from "../oci/signature/find.ts";
import type { RolesFile } from "../roles/model.ts";
import { lockPath } from "../roles/names.ts";
import { type Change, changeLine } from "./change.ts";
import { checkLock, type LockCheck } from "./check-lock.ts";
import { coveredBy } from "./covered.ts";
import { diffLocks } from "./diff-locks.ts";
import { lockText, readLock, writeLock } from "./lock-file.ts";
import type { Lock } from "./lock-model.ts";
import { type LockOptions, makeLock } from "./make-lock.ts";
import { requirePolicies, type VerifiedImage, verifyLock } from "./verify-lock.ts";

type Options = Omit<LockOptions, "previous">;

interface UpdateOptions extends Options {
  /** Where signatures are looked up, when they are to be checked. */
  verify?: SignatureSource | undefined;
}

export interface LockUpdate {
  path: string;
  lock: Lock;
  /** What moved since the lock that was there; empty also where there was none. */
  changes: Change[];
  /** Whether the file is other than before. */
  written: boolean;
  /** Whether there was no lock. */
  created: boolean;
  /** What was found of the signatures, where they were checked. */
  signatures?: VerifiedImage[];
}

/**
 * Writes the lock beside the roles file. What it pinned and roles.yaml still asks for stays, unless `update` says otherwise. All architectures
 * are resolved before the file is touched; an interrupt, or a signature that is not as roles.yaml wants it, leaves it as it was. Errors: as
 * `makeLock` and `verifyLock`, LOCK_INVALID, NO_SPACE.
 */
export async function updateLock(
  roles: RolesFile,
  { verify, path = lockPath(roles.file), ...options }: UpdateOptions & { path?: string },
): Promise<LockUpdate> {
  if (verify) await requirePolicies(roles);
  const previous = await readLock(path);
  const made = await makeLock(roles, { ...options, previous });
  const checked = verify && (await verifyLock(made, roles, { ...options, client: verify }));
  const lock = checked?.lock ?? made;
  options.signal?.throwIfAborted();
  const written = previous === undefined || lockText(previous) !== lockText(lock);
  if (written) await writeLock(path, lock);
  return {
    path,
    lock,
    changes: previous ? diffLocks(previous, lock) : [],
    written,
    created: !previous,
    ...(checked ? { signatures: checked.images } : {}),
  };
}

/**
 * Whether the lock is for this roles file and, with `registry`, whether its tags still point where they did; with `verify` also whether what
 * it pins is signed as roles.yaml wants it. Errors: LOCK_MISSING, LOCK_INVALID, as `makeLock` and `verifyLock`.
 */
export async function checkLockFile(
  roles: RolesFile,
  registry: UpdateOptions | undefined,
): Promise<LockCheck & Pick<LockUpdate, "signatures">> {
  const lock = await requireLock(roles);
  const { covered } = await coveredBy(roles);
  const own = checkLock(covered, lock);
  if (!registry) return own;
  const { verify, ...options } = registry;
  if (verify) await requirePolicies(roles);
  const moved = diffLocks(lock, await makeLock(roles, { ...options, update: true }));
  // With a registry the versions are known too; what only the file tells (settings) comes with it.
  const changes = moved.length > 0 ? moved : own.changes;
  const checked = verify && (await verifyLock(lock, roles, { ...options, client: verify }));
  return { fresh: changes.length === 0, changes, ...(checked ? { signatures: checked.images } : {}) };
}

/**
 * The lock to build from. Without one: writes it and says so, or stops when `mode` is "frozen". With a stale one: stops and names the changes.
 * Registries are asked only to write one. Errors: LOCK_MISSING, LOCK_STALE, LOCK_INVALID, as `makeLock`.
 */
export async function ensureLock(
  roles: RolesFile,
  {
    mode = "write",
    path = lockPath(roles.file),
    ...options
  }: Options & { mode?: "write" | "frozen"; path?: string },
): Promise<Lock> {
  const lock = await readLock(path);
  if (!lock) {
    if (mode === "frozen") throw missing(path);
    options.emit({ type: "note", level: "info", text: `there is no ${path} yet: it is written first` });
    return (await updateLock(roles, { ...options, path })).lock;
  }
  return requireFresh(roles, lock, path);
}

/** The lock beside the roles file, which must be for it as it is now. Registries are not asked. Errors: LOCK_MISSING, LOCK_STALE, LOCK_INVALID. */
export const freshLock = async (roles: RolesFile): Promise<Lock> =>
  requireFresh(roles, await requireLock(roles), lockPath(roles.file));

async function requireFresh(roles: RolesFile, lock: Lock, path: string): Promise<Lock> {
  const { covered } = await coveredBy(roles);
  const { fresh, changes } = checkLock(covered, lock);
  if (fresh) return lock;
  throw new RolesError(
    "LOCK_STALE",
    `${path} is not for ${roles.file}: ${changes.map(changeLine).join("; ")}`,
    {
      hint: "`talos-roles lock` brings it up to date; look at the difference before you build.",
    },
  );
}

/** Errors: LOCK_MISSING, LOCK_INVALID. */
export async function requireLock(roles: RolesFile): Promise<Lock> {
  const path = lockPath(roles.file);
  const lock = await readLock(path);
  if (lock) return lock;
  throw missing(path);
}

const missing = (path: string) =>
  new RolesError("LOCK_MISSING", `there is no ${path}`, {
    hint: "`talos-roles lock` writes it; commit it beside the roles file.",
  });
