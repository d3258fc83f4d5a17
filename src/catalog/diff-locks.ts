import type { Arch } from "../talos/arch.ts";
import { type Change, outlineChanges } from "./change.ts";
import { type Item, roleItems } from "./lock-items.ts";
import type { Lock } from "./lock-model.ts";

/** A difference in one role on one architecture. */
interface Found {
  what: string;
  from: string | null;
  to: string | null;
  role: string;
  arch: Arch;
}

const follows = ["schematic", "inputs"];

/** What moved from one lock to another: Talos, then roles, then what images are made of, in a fixed order. Pure. */
export function diffLocks(from: Lock, to: Lock): Change[] {
  const both = Object.keys(to.roles)
    .filter((name) => Object.hasOwn(from.roles, name))
    .sort();
  const found = both.flatMap((role) =>
    (Object.keys(to.roles[role] ?? {}) as Arch[])
      .filter((arch) => from.roles[role]?.[arch])
      .sort()
      .flatMap((arch) => compare(roleItems(from, role, arch), roleItems(to, role, arch), { role, arch })),
  );
  return [...outlineChanges(outline(from), outline(to)), ...gather(found, to)];
}

/** Talos and the roles of a lock, for `outlineChanges`. */
export const outline = ({ talos, roles }: Lock) => ({
  talos,
  roles: Object.fromEntries(Object.entries(roles).map(([name, byArch]) => [name, Object.keys(byArch)])),
});

function compare(before: readonly Item[], after: readonly Item[], at: { role: string; arch: Arch }): Found[] {
  const names = [...new Set([...before, ...after].map(({ what }) => what))].filter(
    (what) => !follows.includes(what),
  );
  const differences = (names: readonly string[]) =>
    names.flatMap((what): Found[] => {
      const one = before.find((item) => item.what === what);
      const other = after.find((item) => item.what === what);
      if (one?.identity === other?.identity) return [];
      // The same version with other bytes: only the digest tells them apart.
      const plain = one?.version !== other?.version;
      return [{ what, from: shown(one, plain), to: shown(other, plain), ...at }];
    });
  // What follows from the rest is told only where it is all there is to tell.
  const changed = differences(names);
  return changed.length > 0 ? changed : differences(follows).slice(0, 1);
}

function shown(item: Item | undefined, plain: boolean): string | null {
  if (!item) return null;
  return plain ? item.version : `${item.version} (${item.identity.slice(0, 19)})`;
}

/** The same difference in several roles and architectures is one change; an architecture is named where not all have it. */
function gather(found: readonly Found[], lock: Lock): Change[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const key = JSON.stringify([one.what, one.from, one.to]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const { what, from, to } = group[0]!;
    const roles = [...new Set(group.map(({ role }) => role))].sort();
    const archs = [...new Set(group.map(({ arch }) => arch))].sort();
    const everywhere = roles.every((role) => Object.keys(lock.roles[role] ?? {}).length === archs.length);
    return { what: everywhere ? what : `${what} (${archs.join(", ")})`, from, to, roles };
  });
}
