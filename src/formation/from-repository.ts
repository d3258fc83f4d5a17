import type { ContractSources } from "../catalog/contracts-for.ts";
import type { Lock } from "../catalog/lock-model.ts";
import { defined } from "../roles/inherit.ts";
import type { Repository, RepositoryNode } from "../roles/import/repository.ts";
import type { RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { installExtensions } from "../talos/config/settings.ts";
import { imageFacts } from "./image-facts.ts";
import { nodesOfRoles } from "./from-roles.ts";
import type { FormationInput, ImageFacts, NodeInput, Platform } from "./model.ts";

export interface CheckOptions {
  roles?: RolesFile;
  extensions?: readonly string[];
  image?: ImageFacts;
  talos?: string;
  arch?: Arch;
  platform?: Platform;
  lock?: Lock;
  /** Asked for contracts that the lock does not have. */
  registry?: ContractSources["registry"];
}

/**
 * Nodes as layouts keep them, with what is known of their images, ready to be judged; with roles also the nodes of the inventory that no config
 * is for, as `talos-roles config` would write them.
 */
export async function formationInput(
  repositories: readonly Repository[],
  options: CheckOptions,
): Promise<FormationInput> {
  const nodes: NodeInput[] = [];
  const configured = repositories.flatMap((one) => one.nodes);
  for (const node of configured) nodes.push(await nodeInput(node, options));
  const { roles } = options;
  if (!roles) return { nodes };
  const names = new Set(configured.map(({ name }) => name));
  const addresses = new Set(configured.map(({ address }) => address));
  const others = roles.nodes.filter(({ name, address }) => !names.has(name) && !addresses.has(address));
  return { roles, nodes: [...nodes, ...(await nodesOfRoles(roles, others, options))] };
}

async function nodeInput(node: RepositoryNode, options: CheckOptions): Promise<NodeInput> {
  const { roles, platform } = options;
  const entry = roles?.nodes.find(({ name, address }) => name === node.name || address === node.address);
  const arch = options.arch ?? node.arch ?? entry?.arch;
  const otherwise = node.talos ?? roles?.cluster.talos;
  const installed = installExtensions(node.config.documents).map(({ name }) => name);
  const image = await imageFacts(node.image, { ...options, installed, ...defined({ arch, otherwise }) });
  const facts = {
    arch,
    platform,
    role: roles?.roles.find(({ name }) => name === entry?.role),
    talos: image.talos,
  };
  return {
    name: node.name,
    at: node.at,
    ...defined({ address: node.address }),
    profile: {
      at: node.at,
      controlPlane: node.controlPlane ?? entry?.controlPlane,
      config: node.config,
      image,
      ...defined(facts),
    },
  };
}
