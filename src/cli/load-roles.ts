import { loadRoles } from "../roles/load.ts";
import { talosOfCozystack } from "../roles/cozystack-talos.ts";
import type { RolesFile } from "../roles/model.ts";

/**
 * The roles file; which Talos its CozyStack release pins is read from a clone, where the user gave one, and else from
 * the table of known releases. Errors: those of `loadRoles` and `pinnedTalos`.
 */
export async function loadRolesWith(file: string, checkout: string | undefined): Promise<RolesFile> {
  if (checkout === undefined) return loadRoles(file, { otherWay: ", or name a clone with `--checkout`" });
  const { pinnedTalos } = await import("../cozystack/pinned-talos.ts");
  const asked: string[] = [];
  // The first reading is for the release alone: the version is not used.
  await loadRoles(file, { talosOfCozystack: (release) => (asked.push(release), "v0.0.0") });
  const pins = new Map<string, string | undefined>();
  for (const release of asked) pins.set(release, await pinnedTalos(checkout, release));
  return loadRoles(file, { talosOfCozystack: (release) => pins.get(release) ?? talosOfCozystack(release) });
}
