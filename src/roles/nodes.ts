import type { ClusterNode, Role } from "./model.ts";
import { alternatives, nearest } from "./nearest.ts";
import type { PathProblem } from "./problems.ts";

const unique = ["name", "address", "mac", "serial", "uuid"] as const;

/** What is wrong with the inventory by itself: unknown roles, architectures the role has no image for, the same name or address twice. */
export function nodeProblems(nodes: readonly ClusterNode[], roles: readonly Role[]): PathProblem[] {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const problems = nodes.flatMap((node, index) => {
    const role = byName.get(node.role);
    if (!role) return [unknownRole(node, index, [...byName.keys()])];
    return role.arch.includes(node.arch) ? [] : [otherArch(node, index, role)];
  });
  return [...problems, ...unique.flatMap((key) => twice(nodes, key))];
}

function unknownRole({ role }: ClusterNode, index: number, names: readonly string[]): PathProblem {
  const near = nearest(role, names, 1);
  const advice = near.length > 0 ? `did you mean ${alternatives(near)}?` : `there are ${alternatives(names)}`;
  return { path: ["nodes", index, "role"], message: `there is no role \`${role}\`; ${advice}` };
}

const otherArch = ({ name, arch }: ClusterNode, index: number, role: Role): PathProblem => ({
  path: ["nodes", index, "arch"],
  message: `node ${name} is ${arch}, but role \`${role.name}\` is built for ${role.arch.join(", ")}; add ${arch} to \`cluster.arch\``,
});

function twice(nodes: readonly ClusterNode[], key: (typeof unique)[number]): PathProblem[] {
  const first = new Map<string, ClusterNode>();
  return nodes.flatMap((node, index): PathProblem[] => {
    const value = node[key]?.toLowerCase();
    if (value === undefined) return [];
    const other = first.get(value);
    if (!other) first.set(value, node);
    if (!other) return [];
    const owner = key === "name" ? `line ${other.position.line}` : `node ${other.name}`;
    return [{ path: ["nodes", index, key], message: `${key} ${node[key]} is already taken by ${owner}` }];
  });
}
