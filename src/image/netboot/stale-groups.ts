import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Emit } from "../../events.ts";
import type { Plan, TargetPlan } from "../plan-model.ts";
import { groupsFolder, groupsOf, profileId, profileOfOwn } from "./groups.ts";

/** No group is longer. */
const LIMIT = 64 << 10;

/**
 * Removes groups of machines that have left the roles which are built, or that nothing recognises any more: matchbox would start them as what
 * they were. Those of a role that is not in roles.yaml any more go too; what someone else put into the folder stays.
 */
export async function removeStaleGroups(
  out: string,
  { plan, selected, emit }: { plan: Plan; selected: readonly TargetPlan[]; emit: Emit },
): Promise<void> {
  const wanted = new Set(
    selected.flatMap((target) => groupsOf(target).map(({ path, group }) => `${path} ${group.profile}`)),
  );
  const others = new Set(plan.targets.filter((target) => !selected.includes(target)).map(profileId));
  const names = await readdir(join(out, groupsFolder)).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(".json")).sort()) {
    const path = `${groupsFolder}/${name}`;
    const profile = await profileAt(join(out, path));
    if (profile === undefined || others.has(profile) || wanted.has(`${path} ${profile}`)) continue;
    await rm(join(out, path), { force: true });
    const text = `${path} is removed: the inventory has no such machine for ${profile}`;
    emit({ type: "note", level: "info", text });
  }
}

async function profileAt(path: string): Promise<string | undefined> {
  const info = await lstat(path).catch(() => undefined);
  if (!info?.isFile() || info.size > LIMIT) return undefined;
  const text = await readFile(path, "utf8").catch(() => "");
  return profileOfOwn(basename(path, ".json"), text);
}
