import { RolesError } from "../errors.ts";
import { alternatives, nearest } from "../roles/nearest.ts";
import type { ClusterNode, Role, RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { countText } from "../roles/counts.ts";

/** What a config is written for. */
export interface ConfigTarget {
  role: Role;
  node?: ClusterNode;
  /** Of the node, else of the role's nodes that are meant; default the first of the role's. */
  arch?: Arch;
  /** Why it would be one subnet router too many. */
  surplus?: string;
}

/**
 * The node of that name or address, else the role of that name; without a name every node, or every role where there is no inventory. With
 * `arch` those of that architecture; a role on several must be asked for with one. Errors: USAGE.
 */
export function configTargets(file: RolesFile, name?: string, arch?: Arch): ConfigTarget[] {
  const surplus = surplusRouters(file);
  const ofNode = (node: ClusterNode): ConfigTarget => ({
    role: roleNamed(file, node.role),
    node,
    arch: node.arch,
    ...reason(surplus.get(node.name)),
  });
  const ofRole = (role: Role): ConfigTarget => {
    const one = file.nodes.find((node) => node.role === role.name && surplus.has(node.name));
    return { role, arch: archOf(role, arch), ...reason(one && surplus.get(one.name)) };
  };
  if (name === undefined) {
    const nodes = file.nodes.filter((node) => arch === undefined || node.arch === arch);
    const roles = file.roles.filter((role) => arch === undefined || role.arch.includes(arch));
    return file.nodes.length > 0 ? nodes.map(ofNode) : roles.map(ofRole);
  }
  const node = file.nodes.find((one) => one.name === name || one.address === name);
  if (node && arch !== undefined && node.arch !== arch) throw otherArch(`node ${node.name}`, [node.arch]);
  if (node) return [ofNode(node)];
  const role = file.roles.find((one) => one.name === name);
  if (role) return [ofRole(role)];
  throw unknownTarget(file, name);
}

/** Each architecture has an installer of its own, so none is taken for granted where there are two. */
function archOf({ name, arch: all }: Role, asked: Arch | undefined): Arch {
  const [first, ...others] = all;
  if (asked !== undefined && all.includes(asked)) return asked;
  if (asked === undefined && first !== undefined && others.length === 0) return first;
  throw otherArch(`role ${name}`, all);
}

const otherArch = (who: string, all: readonly Arch[]): RolesError =>
  new RolesError("USAGE", `${who} is for ${all.join(" and ")}, and one of these has to be asked for`, {
    hint: `Write ${alternatives(all.map((arch) => `--arch ${arch}`))}.`,
  });

const reason = (surplus: string | undefined): { surplus?: string } =>
  surplus === undefined ? {} : { surplus };

const roleNamed = ({ roles }: RolesFile, name: string): Role => {
  const role = roles.find((one) => one.name === name);
  if (!role) throw new RolesError("ROLES_INVALID", `there is no role \`${name}\``);
  return role;
};

function unknownTarget({ file, nodes, roles }: RolesFile, name: string): RolesError {
  const known = [...nodes, ...roles].map((one) => one.name);
  const near = nearest(name, known, 1);
  return new RolesError("USAGE", `${file} has neither a node nor a role "${name}"`, {
    hint: near.length > 0 ? `Did you mean ${alternatives(near)}?` : `It has ${alternatives(known)}.`,
  });
}

/**
 * Nodes that would be one subnet router too many, with the reason: more than their role's count, or a second role that advertises the same
 * route. Two routers for one prefix are a failover pair to Tailscale: which of them carries traffic is no longer the cluster's choice.
 */
export function surplusRouters(file: RolesFile): Map<string, string> {
  const surplus = new Map<string, string>();
  const owners = new Map<string, ClusterNode>();
  const held = new Map<string, number>();
  for (const node of file.nodes) {
    const { subnetRouter, count } = roleNamed(file, node.role);
    if (!subnetRouter) continue;
    const number = (held.get(node.role) ?? 0) + 1;
    held.set(node.role, number);
    const other = subnetRouter.routes
      .map((route) => owners.get(route))
      .find((owner) => owner !== undefined && owner.role !== node.role);
    if (count.max !== null && number > count.max) {
      surplus.set(
        node.name,
        `role ${node.role} is for ${countText(count)} node, and ${node.name} is number ${number}`,
      );
    } else if (other) {
      surplus.set(node.name, `${other.name} (role ${other.role}) already advertises a route of ${node.name}`);
    }
    for (const route of subnetRouter.routes) if (!owners.has(route)) owners.set(route, node);
  }
  return surplus;
}

/** Stops where a config would make one subnet router too many. Errors: COUNT_VIOLATED. */
export function requireNoSurplus(targets: readonly ConfigTarget[]): void {
  const reasons = [...new Set(targets.flatMap(({ surplus }) => surplus ?? []))];
  if (reasons.length === 0) return;
  throw new RolesError("COUNT_VIOLATED", `a second subnet router: ${reasons.join("; ")}`, {
    hint: "Give the node another role, raise the role's `count` if a failover pair is meant, or write it all the same with `--force`, which the output records.",
  });
}
