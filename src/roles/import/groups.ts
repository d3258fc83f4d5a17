import type { CarriedConfig } from "./carried-config.ts";
import type { ImportedNode } from "./imported.ts";

/** A node with what its config says. */
export interface ReadNode {
  node: ImportedNode;
  config: CarriedConfig;
}

export interface RoleGroup {
  name: string;
  members: ReadNode[];
}

/** Nodes that are alike in what makes a role, with a name for each kind. The largest group comes first. */
export function roleGroups(nodes: readonly ReadNode[]): RoleGroup[] {
  const byKey = new Map<string, ReadNode[]>();
  for (const one of nodes) {
    const key = keyOf(one);
    byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  const groups = [...byKey.values()].toSorted((a, b) => b.length - a.length);
  const taken = new Set<string>();
  return groups.map((members) => {
    const name = nameFor(members, groups, taken);
    taken.add(name);
    return { name, members };
  });
}

/** Image, modules and services: what a node of another role would not have. The group of its source counts too. */
const keyOf = ({ node, config }: ReadNode): string =>
  JSON.stringify([
    node.group,
    node.extensions === undefined ? `unknown: ${node.source}` : node.extensions.toSorted(),
    node.kernelArgs,
    node.meta,
    config.modules,
    config.services,
    config.subnetRouter,
  ]);

function nameFor(
  members: readonly ReadNode[],
  groups: readonly ReadNode[][],
  taken: ReadonlySet<string>,
): string {
  const base = groups[0]?.[0]?.node.extensions ?? [];
  const [only] = members.length === 1 ? members : [];
  const candidates = [
    ...members
      .slice(0, 1)
      .flatMap(({ node, config }) => [
        config.subnetRouter ? "gateway" : "",
        plainName(node.group ?? ""),
        groups.length === 1 ? "node" : "",
        kindOf(members),
        ...(node.extensions ?? []).filter((name) => !base.includes(name)).map(plainName),
      ]),
    plainName(only?.node.name ?? ""),
    members === groups[0] ? "node" : "",
    ...Array.from({ length: groups.length + 1 }, (_, index) => `role-${index + 1}`),
  ];
  return candidates.find((name) => name !== "" && !taken.has(name)) ?? "";
}

/** Where all of them are of one kind. */
function kindOf(members: readonly ReadNode[]): string {
  if (members.every(({ node }) => node.controlPlane === true)) return "control-plane";
  return members.every(({ node }) => node.controlPlane === false) ? "worker" : "";
}

/** As roles.yaml takes names. */
const plainName = (text: string): string =>
  (text.split("/").at(-1) ?? text)
    .toLowerCase()
    .replace(/[:@].*$/, "")
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
