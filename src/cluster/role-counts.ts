import { type Diagnostic, diagnostic } from "../roles/diagnostic.ts";
import { countRule } from "../roles/counts.ts";
import type { Role, RolesFile } from "../roles/model.ts";
import { undeclared } from "./assign-role.ts";
import type { Expected } from "./causes/cause.ts";
import type { ObservedNode } from "./cluster-verdict.ts";
import type { ExpectedRoles } from "./expected.ts";
import { nearestRoles } from "./nearest-roles.ts";
import { valueOr } from "./observation.ts";

interface Inputs {
  roles: RolesFile;
  expected: ExpectedRoles;
  nodes: readonly ObservedNode[];
}

/** E5, for every role: how many nodes hold it. What a node of unknown role may change about that is said, and is no fault. */
export function countFindings({ roles, expected, nodes }: Inputs): Diagnostic[] {
  const declared = nodes.filter(({ node }) => node.role !== undeclared);
  const open = nodes.filter(({ node }) => node.role === undeclared);
  const held = declared.map((one) => ({
    name: one.node.name,
    roles: rolesHeld([...expected.values()], one),
  }));
  return roles.roles.flatMap((role) => {
    const found = held.filter((one) => one.roles.has(role.name)).map(({ name }) => name);
    const more = open.filter(({ mayBe }) => mayBe?.includes(role.name) ?? true).map(({ node }) => node.name);
    const { min, max } = role.count;
    if (found.length > (max ?? Infinity) || found.length + more.length < min) return [wrong(role, found)];
    return found.length < min || found.length + more.length > (max ?? Infinity)
      ? [notKnown(role, { found, more })]
      : [];
  });
}

function wantedText({ min, max }: Role["count"]): string {
  if (max === min) return `exactly ${min}`;
  return max === null ? `at least ${min}` : `${min} to ${max}`;
}

const wrong = ({ name, count, position }: Role, found: readonly string[]): Diagnostic =>
  diagnostic({
    rule: countRule,
    severity: "error",
    message: `${found.length} nodes hold role ${name}, which is for ${wantedText(count)}: ${found.join(", ") || "none"}`,
    position,
    role: name,
    fix: `Change the image of ${found.length > (count.max ?? 0) ? "the nodes that should not hold it" : "a node"} with \`talos-roles config --commands\`.`,
  });

const notKnown = (
  { name, count, position }: Role,
  { found, more }: { found: readonly string[]; more: readonly string[] },
): Diagnostic =>
  diagnostic({
    rule: `${countRule}-unknown`,
    severity: "info",
    message: `how many nodes hold role ${name}, which is for ${wantedText(count)}, is not known: ${found.join(", ") || "none"} for certain, and the role of ${more.join(", ")} is not known`,
    position,
    role: name,
    fix: "Give every node its role under `nodes:` of roles.yaml, and ask again when all can be reached.",
  });

/**
 * Who holds a router's role is what runs on the node, not what the inventory says: a router without tailscale routes nothing, and a node
 * of a role without tailscale that runs it is one more router. A role that has tailscale for itself makes no router of its nodes.
 */
function rolesHeld(expected: readonly Expected[], { node, observation }: ObservedNode): Set<string> {
  const own = expected.filter(({ role }) => role === node.role);
  if (!observation.services.known) return new Set([node.role]);
  const tunnels = observation.services.value.some(({ id }) => id === "ext-tailscale");
  if (!tunnels) return new Set(own.some(({ router }) => router) ? [] : [node.role]);
  if (own.some(hasTailscale)) return new Set([node.role]);
  const routers = expected.filter(({ router }) => router);
  const like = nearestRoles(routers, valueOr(observation.extensions, []));
  return new Set([node.role, ...like.map(({ role }) => role)]);
}

const hasTailscale = ({ router, extensions, contract }: Expected): boolean =>
  router !== undefined ||
  extensions.some(({ name }) => name === "tailscale") ||
  contract.services.some(({ name }) => name === "tailscale");
