import type { Emit } from "../events.ts";
import type { ImageSource } from "../oci/source.ts";
import type { RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { requireSupported } from "../talos/require-supported.ts";
import { type Covered, coveredBy, rolesChecksum } from "./covered.ts";
import { lockArchitecture } from "./lock-architecture.ts";
import type { Lock } from "./lock-model.ts";
import { lockRole } from "./locked-role.ts";
import { interruptible } from "./together.ts";
import { updateNames } from "./update-names.ts";

export interface LockOptions {
  /** A registry client, or an OCI layout. */
  client: ImageSource;
  emit: Emit;
  signal?: AbortSignal;
  /** Where facts about images are kept; nothing is kept without it. */
  cacheDir?: string;
  /** The lock as it was: what it pins and roles.yaml still asks for stays pinned. */
  previous?: Lock | undefined;
  /** What is to be looked up again though it is pinned: everything, or these names. Default: nothing. */
  update?: true | readonly string[];
}

/**
 * Pins every input of every role, on all architectures, and reads the contracts. Nothing is written but the cache.
 * Errors: UNSUPPORTED for a Talos version of which nothing is known, USAGE for a name to update that no role has, EXTENSION_UNKNOWN, EXTENSION_INVALID, EXTENSION_INCOMPATIBLE, KERNEL_RELEASE_MISMATCH, PLATFORM_MISSING, REGISTRY_*.
 */
export async function makeLock(roles: RolesFile, given: LockOptions): Promise<Lock> {
  const { client, signal } = given;
  requireSupported(roles.cluster.talos, given.emit);
  const { covered, embedded } = await coveredBy(roles);
  const { update = [] } = given;
  const options = {
    ...given,
    client: signal ? interruptible(client, signal) : client,
    update: update === true || updateNames(update, covered),
  };
  const architectures: Lock["architectures"] = {};
  for (const arch of archsOf(covered)) {
    signal?.throwIfAborted();
    architectures[arch] = await lockArchitecture(arch, { covered, roles, options });
  }
  const lockedRoles = Object.entries(covered.roles).map(([name, { arch }]) => {
    const byArch = arch.flatMap((arch) => {
      const locked = architectures[arch];
      return locked ? [[arch, lockRole(name, { covered, embedded, arch, locked })] as const] : [];
    });
    return [name, Object.fromEntries(byArch)] as const;
  });
  return {
    lockVersion: 1,
    rolesChecksum: rolesChecksum(covered),
    talos: covered.talos,
    architectures,
    roles: Object.fromEntries(lockedRoles),
  };
}

const archsOf = ({ roles }: Covered): Arch[] =>
  [...new Set(Object.values(roles).flatMap(({ arch }) => arch))].sort();
