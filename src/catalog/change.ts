import { ownValue } from "../formats/own-value.ts";
/** One thing that moved between two locks. */
export interface Change {
  /** `talos`, `kernel`, `base`, the name of an extension, `role <name>`, …; with the architecture where it is not the same on all. */
  what: string;
  /** Version before; null where it was not there. */
  from: string | null;
  to: string | null;
  /** Roles that it concerns, sorted. */
  roles: string[];
}

/** `drbd 9.2.14 → 9.2.16 in compute, gateway`. */
export function changeLine({ what, from, to, roles }: Change): string {
  const where = roles.length === 0 ? "" : ` in ${roles.join(", ")}`;
  // Without a registry only the name of what was added is known.
  if (from === null) return `${what}${to === null || to === what ? "" : ` ${to}`} added${where}`;
  if (to === null) return `${what} ${from} removed${where}`;
  return `${what} ${from} → ${to}${where}`;
}

/** Architectures by role name. */
export type RoleArchs = Record<string, readonly string[]>;

/** What differs in the Talos version and in which roles there are for which architectures. */
export function outlineChanges(
  from: { talos: string; roles: RoleArchs },
  to: { talos: string; roles: RoleArchs },
): Change[] {
  const names = [...new Set([...Object.keys(from.roles), ...Object.keys(to.roles)])].sort();
  const archs = (roles: RoleArchs, name: string) => ownValue(roles, name)?.toSorted().join(", ") ?? null;
  const roles = names.map((name) => ({
    what: `role ${name}`,
    from: archs(from.roles, name),
    to: archs(to.roles, name),
    roles: [name],
  }));
  const talos = { what: "talos", from: from.talos, to: to.talos, roles: Object.keys(to.roles).sort() };
  return [talos, ...roles].filter((change) => change.from !== change.to);
}
