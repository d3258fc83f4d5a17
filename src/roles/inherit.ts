import { ownValue } from "../formats/own-value.ts";
import { alternatives, nearest } from "./nearest.ts";
import type { PathProblem } from "./problems.ts";
import type { RoleInput } from "./schema.ts";

type Edits = RoleInput["extensions"];
/** A role with all that `like` brings: lists are whole again. */
export type MergedRole = Omit<RoleInput, "like" | "extensions" | "kernelArgs"> & {
  extensions: string[];
  kernelArgs: string[];
};
type Roles = Readonly<Record<string, RoleInput>>;

const nothing: MergedRole = { extensions: [], kernelArgs: [] };

/** Every role with its `like` worked in. Unknown parents, cycles and removals of what is not there are problems. */
export function inherit(roles: Roles): { roles: Map<string, MergedRole>; problems: PathProblem[] } {
  const merged = new Map<string, MergedRole>();
  const problems: PathProblem[] = [];
  for (const name of Object.keys(roles)) {
    for (const link of ancestry(name, roles, merged, problems)) {
      const role = roles[link] ?? {};
      const parent = role.like === undefined ? undefined : merged.get(role.like);
      merged.set(link, merge({ role, parent: parent ?? nothing, name: link, problems }));
    }
  }
  // Merged parents first; people expect the order of the file.
  return { roles: new Map(Object.keys(roles).map((name) => [name, merged.get(name) ?? nothing])), problems };
}

/** `name` and those before it that are not merged yet, the eldest first. */
function ancestry(
  name: string,
  roles: Roles,
  merged: Map<string, MergedRole>,
  problems: PathProblem[],
): string[] {
  const line: string[] = [];
  for (
    let at: string | undefined = name;
    at !== undefined && !merged.has(at);
    at = parentOf(at, roles, problems)
  ) {
    if (line.includes(at)) {
      problems.push(cycle(line.slice(line.indexOf(at)), at));
      break;
    }
    line.push(at);
  }
  return line.reverse();
}

function parentOf(name: string, roles: Roles, problems: PathProblem[]): string | undefined {
  const parent = ownValue(roles, name)?.like;
  if (parent === undefined || Object.hasOwn(roles, parent)) return parent;
  const near = nearest(
    parent,
    Object.keys(roles).filter((other) => other !== name),
    1,
  );
  const advice =
    near.length > 0 ? `did you mean ${alternatives(near)}?` : `there are ${alternatives(Object.keys(roles))}`;
  problems.push({ path: ["roles", name, "like"], message: `there is no role \`${parent}\`; ${advice}` });
  return undefined;
}

const cycle = (line: readonly string[], name: string): PathProblem => ({
  path: ["roles", name, "like"],
  message:
    line.length === 1
      ? `role \`${name}\` is \`like\` itself; remove the line`
      : `\`like\` goes in a circle: ${[...line, name].join(" → ")}; one of them must stand on its own`,
});

interface MergeInput {
  role: RoleInput;
  parent: MergedRole;
  name: string;
  problems: PathProblem[];
}

function merge({ role, parent, name, problems }: MergeInput): MergedRole {
  const { like: _like, purpose: _purpose, ...own } = role;
  const list = (key: "extensions" | "kernelArgs") => {
    const { list, missing } = edit(role[key], parent[key]);
    for (const { entry, index } of missing) {
      problems.push({
        path: ["roles", name, key, "remove", index],
        message: notThere(entry, parent[key], role.like),
      });
    }
    return list;
  };
  const { purpose: _parentPurpose, ...inherited } = parent;
  return {
    ...inherited,
    ...own,
    ...(role.purpose === undefined ? {} : { purpose: role.purpose }),
    ...defined({
      subnetRouter: mergeRouter(role.subnetRouter, parent.subnetRouter),
      meta: byKey(role.meta, parent.meta, ({ key }) => String(key)),
      modules: byKey(role.modules, parent.modules, ({ name }) => name.replaceAll("-", "_")),
      services: mergeMaps(role.services, parent.services),
      labels: mergeMaps(role.labels, parent.labels),
      sysctls: mergeMaps(role.sysctls, parent.sysctls),
    }),
    extensions: list("extensions"),
    kernelArgs: list("kernelArgs"),
  };
}

function edit(edits: Edits, inherited: readonly string[]) {
  if (edits === undefined) return { list: [...inherited], missing: [] };
  if (Array.isArray(edits)) return { list: [...new Set(edits)], missing: [] };
  const { add = [], remove = [] } = edits;
  const missing = remove
    .map((entry, index) => ({ entry, index }))
    .filter(({ entry }) => !inherited.includes(entry));
  const kept = inherited.filter((entry) => !remove.includes(entry));
  return { list: [...new Set([...kept, ...add])], missing };
}

function notThere(entry: string, inherited: readonly string[], parent: string | undefined): string {
  if (parent === undefined) return `nothing to remove \`${entry}\` from: the role has no \`like\``;
  const near = nearest(entry, inherited, 1);
  const advice =
    near.length > 0 ? `did you mean ${alternatives(near)}?` : `it has ${alternatives(inherited) || "none"}`;
  return `role \`${parent}\` has no \`${entry}\` to remove; ${advice}`;
}

function mergeRouter(
  own: RoleInput["subnetRouter"],
  parent: RoleInput["subnetRouter"],
): RoleInput["subnetRouter"] {
  if (own === undefined || own === false) return own ?? parent;
  return { ...(parent === false ? undefined : parent), ...own };
}

function mergeMaps<T>(own: Record<string, T> | undefined, parent: Record<string, T> | undefined) {
  return own === undefined ? parent : { ...parent, ...own };
}

/** Inherited entries in their order, each replaced by the role's own of the same key; then what is new. */
function byKey<T>(
  own: T[] | undefined,
  parent: T[] | undefined,
  keyOf: (entry: T) => string,
): T[] | undefined {
  if (own === undefined || parent === undefined) return own ?? parent;
  const entries = new Map(parent.map((entry) => [keyOf(entry), entry]));
  for (const entry of own) entries.set(keyOf(entry), entry);
  return [...entries.values()];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
/** Without the keys whose value is undefined. */
export const defined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
