import type { Expected } from "./causes/cause.ts";
import type { ObservedNode } from "./cluster-verdict.ts";
import type { ExpectedRoles } from "./expected.ts";
import { nearestRoles } from "./nearest-roles.ts";
import { type Observation, valueOr } from "./observation.ts";

/** The role of a node that nobody gave one to. */
export const undeclared = "";

/**
 * Gives a node without a role the one whose image it has or comes nearest to, and whose labels where several have that image; a declared
 * role stays. What neither tells stays open: a node that cannot be reached may hold any role.
 */
export function assignRole(expected: ExpectedRoles, one: ObservedNode): ObservedNode {
  const { node, observation } = one;
  if (node.role !== undeclared || !observation.extensions.known) return one;
  const near = nearestRoles(forArchOf(observation, expected), observation.extensions.value);
  const likely = near.length > 1 ? byLabels(near, observation) : near;
  const names = [...new Set(likely.map(({ role }) => role))];
  const [only, ...more] = names;
  if (only === undefined || more.length > 0) return { ...one, mayBe: names };
  return { ...one, node: { ...node, role: only } };
}

function forArchOf({ version }: Observation, expected: ExpectedRoles): Expected[] {
  const arch = valueOr(version, { arch: "" }).arch;
  const own = [...expected].filter(([key]) => key.endsWith(`/${arch}`)).map(([, one]) => one);
  return own.length > 0 ? own : [...expected.values()];
}

/** Those all of whose labels the node has, the most of them; all where not one role's labels are there, or Kubernetes did not say. */
function byLabels(near: readonly Expected[], { kubernetes }: Observation): readonly Expected[] {
  if (!kubernetes.known) return near;
  const { labels } = kubernetes.value;
  const fit = near.filter((role) =>
    Object.entries(role.labels).every(([key, value]) => labels[key] === value),
  );
  const size = (role: Expected): number => Object.keys(role.labels).length;
  const most = Math.max(...fit.map(size));
  return fit.length > 0 ? fit.filter((role) => size(role) === most) : near;
}
