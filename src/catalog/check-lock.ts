import { sectorSizes } from "../roles/outputs.ts";
import type { Arch } from "../talos/arch.ts";
import { type Change, outlineChanges } from "./change.ts";
import { type Covered, rolesChecksum } from "./covered.ts";
import { outline } from "./diff-locks.ts";
import type { Lock } from "./lock-model.ts";
import { inputsKey } from "./locked-role.ts";

export interface LockCheck {
  fresh: boolean;
  changes: Change[];
}

/** Whether a lock is for these roles. Pure: what registries hold now is not asked. */
export function checkLock(covered: Covered, lock: Lock): LockCheck {
  const sectors = sectorsOnly(covered, lock);
  if (sectors) return { fresh: false, changes: [sectors] };
  const changes = [
    ...outlineChanges(outline(lock), wanted(covered)),
    ...extensions(covered, lock),
    ...settings(covered, lock),
  ];
  const checksum = rolesChecksum(covered);
  // A lock that was edited by hand.
  if (changes.length === 0 && checksum !== lock.rolesChecksum)
    changes.push({
      what: "roles file",
      from: lock.rolesChecksum.slice(0, 19),
      to: checksum.slice(0, 19),
      roles: [],
    });
  return { fresh: changes.length === 0, changes };
}

/** The size of sectors, where it is all that differs: a lock has only the checksum of it, so each other size is tried. */
function sectorsOnly(covered: Covered, lock: Lock): Change | undefined {
  const before = sectorSizes.find(
    (sectorSize) =>
      sectorSize !== covered.sectorSize && rolesChecksum({ ...covered, sectorSize }) === lock.rolesChecksum,
  );
  if (before === undefined) return undefined;
  const roles = Object.keys(covered.roles).sort();
  return { what: "images.sectorSize", from: String(before), to: String(covered.sectorSize), roles };
}

const wanted = ({ talos, roles }: Covered) => ({
  talos,
  roles: Object.fromEntries(Object.entries(roles).map(([name, { arch }]) => [name, arch])),
});

/** Roles that both know, with every architecture that both have. */
const shared = (covered: Covered, lock: Lock): [name: string, arch: Arch][] =>
  Object.keys(covered.roles)
    .sort()
    .flatMap((name) => (covered.roles[name]?.arch ?? []).map((arch): [string, Arch] => [name, arch]))
    .filter(([name, arch]) => lock.roles[name]?.[arch]);

function extensions(covered: Covered, lock: Lock): Change[] {
  const found = new Map<string, Change>();
  for (const [name, arch] of shared(covered, lock)) {
    const before = lock.roles[name]?.[arch]?.extensions ?? [];
    const after = covered.roles[name]?.extensions ?? [];
    const version = (key: string): string => lock.architectures[arch]?.extensions[key]?.version ?? key;
    for (const key of after.filter((key) => !before.includes(key)))
      add(found, { what: key, from: null, to: key }, name);
    for (const key of before.filter((key) => !after.includes(key)))
      add(found, { what: key, from: version(key), to: null }, name);
  }
  return [...found.values()];
}

function add(found: Map<string, Change>, change: Omit<Change, "roles">, role: string): void {
  const key = `${change.what} ${change.to === null ? "-" : "+"}`;
  const { roles } = found.get(key) ?? { roles: [] };
  found.set(key, { ...change, roles: [...new Set([...roles, role])].sort() });
}

/** Kernel arguments, META, embedded config, order of extensions: all that is in the inputs and not seen above. */
function settings(covered: Covered, lock: Lock): Change[] {
  if (covered.talos !== lock.talos) return [];
  return shared(covered, lock).flatMap(([name, arch]) => {
    const role = lock.roles[name]?.[arch];
    const locked = lock.architectures[arch];
    if (!role || !locked || !sameMembers(role.extensions, covered.roles[name]?.extensions ?? [])) return [];
    const to = inputsKey(name, { covered, arch, locked, schematic: role.schematic });
    if (to === role.inputsKey) return [];
    return [
      {
        what: `settings of ${name} (${arch})`,
        from: role.inputsKey.slice(0, 12),
        to: to.slice(0, 12),
        roles: [name],
      },
    ];
  });
}

const sameMembers = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((key) => other.includes(key));
