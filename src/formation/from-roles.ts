import type { ContractSources } from "../catalog/contracts-for.ts";
import type { Lock } from "../catalog/lock-model.ts";
import type { ClusterNode, Role, RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { sumContracts } from "../talos/contract.ts";
import { withContracts } from "./image-facts.ts";
import type { FormationInput, NodeInput, Platform, Profile } from "./model.ts";
import { renderedConfig } from "./rendered-config.ts";

interface RolesOptions {
  lock?: Lock;
  /** Asked for contracts that the lock does not have. */
  registry?: ContractSources["registry"];
  platform?: Platform;
}

/**
 * The nodes of roles.yaml, ready to be judged: each with its role's image, and with the config that `talos-roles config` writes for it.
 * Roles that no node has are judged too, on each of their architectures. Nodes that are alike share a profile.
 */
export async function formationOfRoles(roles: RolesFile, options: RolesOptions): Promise<FormationInput> {
  const profileOf = profilesOf(roles, options);
  const nodes = await inventoryNodes(roles, roles.nodes, profileOf);
  const held = new Set(roles.nodes.map(({ role }) => role));
  for (const role of roles.roles.filter(({ name }) => !held.has(name)))
    for (const arch of role.arch)
      nodes.push({ name: null, at: role.position, profile: await profileOf(role, arch, undefined) });
  return { roles, nodes };
}

/** Some nodes of the inventory, judged as `formationOfRoles` judges all of them. */
export const nodesOfRoles = (
  roles: RolesFile,
  nodes: readonly ClusterNode[],
  options: RolesOptions,
): Promise<NodeInput[]> => inventoryNodes(roles, nodes, profilesOf(roles, options));

type ProfileOf = (role: Role, arch: Arch, controlPlane: boolean | undefined) => Promise<Profile>;

function profilesOf(roles: RolesFile, options: RolesOptions): ProfileOf {
  const profiles = new Map<string, Promise<Profile>>();
  return (role, arch, controlPlane) => {
    const key = `${role.name} ${arch} ${controlPlane}`;
    const known = profiles.get(key) ?? makeProfile({ ...options, roles, role, arch, controlPlane });
    profiles.set(key, known);
    return known;
  };
}

async function inventoryNodes(
  roles: RolesFile,
  some: readonly ClusterNode[],
  profileOf: ProfileOf,
): Promise<NodeInput[]> {
  const byName = new Map(roles.roles.map((role) => [role.name, role]));
  const nodes: NodeInput[] = [];
  for (const node of some) {
    const role = byName.get(node.role);
    if (role) nodes.push(nodeInput(node, await profileOf(role, node.arch, node.controlPlane)));
  }
  return nodes;
}

const nodeInput = ({ name, address, position }: ClusterNode, profile: Profile): NodeInput => ({
  name,
  address,
  at: position,
  profile,
});

interface ProfileInput extends RolesOptions {
  roles: RolesFile;
  role: Role;
  arch: Arch;
  controlPlane: boolean | undefined;
}

async function makeProfile(input: ProfileInput): Promise<Profile> {
  const { roles, role, arch, controlPlane, lock, platform, registry } = input;
  const { talos } = roles.cluster;
  const facts = await withContracts(
    role.extensions,
    { source: `role ${role.name} in ${roles.file}`, talos },
    { arch, ...(lock ? { lock } : {}), ...(registry ? { registry } : {}) },
  );
  const contract = sumContracts((facts.extensions ?? []).flatMap((one) => one.contract ?? []));
  return {
    at: role.position,
    role,
    controlPlane,
    arch,
    talos,
    rendered: true,
    ...(platform ? { platform } : {}),
    config: renderedConfig({
      file: roles,
      role,
      contract,
      ...(controlPlane === undefined ? {} : { controlPlane }),
    }),
    image: { ...facts, arch },
  };
}
