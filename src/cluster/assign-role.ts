import { virtualLayers } from "./causes/waiting.ts";
import type { ObservedNode } from "./cluster-verdict.ts";
import type { ExpectedRoles } from "./expected.ts";
import { valueOr } from "./observation.ts";

/** The role of a node that nobody gave one to. */
export const undeclared = "";

/** Gives a node without a role the one whose extensions it has, or comes nearest to; a declared role stays. */
export function assignRole(expected: ExpectedRoles, one: ObservedNode): ObservedNode {
  if (one.node.role !== undeclared) return one;
  const found = new Set(
    valueOr(one.observation.extensions, [])
      .map(({ name }) => name)
      .filter((name) => !virtualLayers.has(name)),
  );
  const ranked = [...expected.values()]
    .map(({ role, extensions }) => {
      const wanted = new Set(extensions.map(({ name }) => name));
      const missing = [...wanted].filter((name) => !found.has(name)).length;
      const surplus = [...found].filter((name) => !wanted.has(name)).length;
      return { role, distance: missing + surplus };
    })
    .sort((a, b) => a.distance - b.distance);
  return { ...one, node: { ...one.node, role: ranked[0]?.role ?? undeclared } };
}
