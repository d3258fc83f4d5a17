import type { Lock } from "../catalog/lock-model.ts";
import { RolesError } from "../errors.ts";
import type { RolesFile } from "../roles/model.ts";
import { type Target, suffixOf, targetsOf } from "../roles/names.ts";
import type { Arch } from "../talos/arch.ts";

/** One job of a CI matrix: one role on one architecture. The first four are ADR-004's. */
export interface MatrixEntry {
  name: string;
  /** Names with blanks between. */
  extensions: string;
  /** What its names end in: `-compute`, or `-compute-arm64` where the cluster has several architectures. */
  suffix: string;
  /** What the role is for, in words. */
  role: string;
  arch: Arch;
}

export interface KeyedEntry extends MatrixEntry {
  /** The locked role's `inputsKey`: it changes when what the image is made of changes. */
  key: string;
}

/** One entry per role and architecture, in the order of roles.yaml. Pure. */
export const matrixOf = (roles: RolesFile): MatrixEntry[] =>
  targetsOf(roles).map((target) => entryOf(roles, target));

function entryOf(roles: RolesFile, target: Target): MatrixEntry {
  const { purpose = "", extensions = [] } = roles.roles.find(({ name }) => name === target.role) ?? {};
  return {
    name: target.role,
    extensions: extensions.join(" "),
    suffix: suffixOf(roles, target),
    role: purpose,
    arch: target.arch,
  };
}

/** The same with their keys from the lock. Pure. Errors: LOCK_STALE when the lock lacks one. */
export const keyedMatrix = (roles: RolesFile, lock: Lock): KeyedEntry[] =>
  matrixOf(roles).map((entry) => {
    const key = lock.roles[entry.name]?.[entry.arch]?.inputsKey;
    if (key !== undefined) return { ...entry, key };
    throw new RolesError("LOCK_STALE", `the lock has no role ${entry.name} for ${entry.arch}`, {
      hint: "`talos-roles lock` brings it up to date.",
    });
  });

/** How jobs and their artifacts are called: `compute-arm64`. */
export const entryId = ({ name, arch }: Pick<MatrixEntry, "name" | "arch">): string => `${name}-${arch}`;
