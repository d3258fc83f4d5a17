import { parseCidr } from "../../talos/cidr.ts";
import { defaults } from "../defaults.ts";
import { defined } from "../inherit.ts";
import type { RoleInput, RolesInput } from "../schema.ts";
import { carriedConfig } from "./carried-config.ts";
import { clusterOf, type Network, nonEmpty } from "./cluster-of.ts";
import { type ReadNode, roleGroups, type RoleGroup } from "./groups.ts";
import { gathered, type ImportedRoles, type ImportSource, type NotCarried } from "./imported.ts";

export interface ToRolesOptions {
  /** Modules that `talos-roles config` loads for these extensions by itself. */
  impliedModules: (extensions: readonly string[]) => { name: string; parameters?: readonly string[] }[];
}

/** roles.yaml of what a source says, and what it has no place for. Pure. */
export function toRoles(source: ImportSource, { impliedModules }: ToRolesOptions): ImportedRoles {
  const nodes = source.nodes.map((node): ReadNode => ({
    node,
    config: carriedConfig(node.documents, node.name),
  }));
  const groups = roleGroups(nodes);
  const cluster = clusterOf(source, nodes);
  const roles = groups.map((group) => roleOf(group, cluster.network, impliedModules));
  const inventory = groups.flatMap((group) =>
    group.members.map((member) => inventoryNode(member, group.name)),
  );
  return {
    roles: {
      cluster: cluster.input,
      roles: Object.fromEntries(roles.map(({ name, role }) => [name, role])),
      ...defined({
        nodes: inventory.some(({ input }) => input)
          ? inventory.flatMap(({ input }) => input ?? [])
          : undefined,
      }),
    },
    notCarried: gathered([
      ...source.notes.map(({ message, at }) => ({
        what: "part of the source",
        reason: message,
        nodes: [],
        at,
      })),
      ...nodes.flatMap(ofNode),
      ...differing(nodes),
      ...cluster.notCarried,
      ...roles.flatMap(({ notCarried }) => notCarried),
      ...inventory.flatMap(({ notCarried }) => notCarried),
      ...source.otherKeys.map(({ key, at, node, reason }) => ({
        what: `\`${key}\``,
        reason:
          reason ??
          `it says nothing about roles: what renders the configs from ${source.path} still needs it`,
        nodes: node === undefined ? [] : [node],
        at,
      })),
    ]),
  };
}

const ofNode = ({ node, config }: ReadNode): NotCarried[] => [
  ...[...config.notCarried, ...node.notCarried].map((one) => ({ ...one, nodes: [node.name] })),
  ...node.hidden.map((reason) => ({ what: "what may be in it", reason, nodes: [node.name], at: node.at })),
];

/** Nodes whose references stand for different values: roles.yaml has one reference for all of them. */
function differing(nodes: readonly ReadNode[]): NotCarried[] {
  const keys = new Set(nodes.flatMap(({ config }) => Object.keys(config.hiddenValues)));
  return [...keys].flatMap((key): NotCarried[] => {
    const having = nodes.filter(({ config }) => Object.hasOwn(config.hiddenValues, key));
    if (new Set(having.map(({ config }) => config.hiddenValues[key])).size < 2) return [];
    return [
      {
        what: `that nodes differ in ${key}`,
        reason:
          "the reference stands for one value: write the configs of these nodes one by one, each with its own",
        nodes: having.map(({ node }) => node.name),
        at: having[0]?.node.at ?? null,
      },
    ];
  });
}

function roleOf({ name, members }: RoleGroup, network: Network, implied: ToRolesOptions["impliedModules"]) {
  const [{ node, config }] = members as [ReadNode];
  const { extensions, kernelArgs, meta, source, at } = node;
  const usual = new Map(implied(extensions ?? []).map((one) => [one.name.replaceAll("-", "_"), one]));
  const modules = config.modules.filter((module) => {
    const own = usual.get(module.name.replaceAll("-", "_"));
    return (
      !own ||
      JSON.stringify(own.parameters ?? []) !== JSON.stringify(module.parameters ?? own.parameters ?? [])
    );
  });
  const labels = shared(members, "labels", ({ labels }) => labels);
  const sysctls = shared(members, "sysctls", ({ sysctls }) => sysctls);
  const role: RoleInput = defined({
    purpose: purposeOf(members),
    extensions: extensions?.length ? extensions : undefined,
    kernelArgs: kernelArgs.length > 0 ? kernelArgs : undefined,
    meta: meta.length > 0 ? meta : undefined,
    count: config.subnetRouter && !node.isImage ? members.length : undefined,
    subnetRouter: config.subnetRouter && {
      ...config.subnetRouter,
      routes: words(config.subnetRouter.routes ?? [], network),
    },
    modules: modules.length > 0 ? modules : undefined,
    services: nonEmpty(config.services),
    labels: nonEmpty(labels.values),
    sysctls: nonEmpty(sysctls.values),
  });
  const unknown: NotCarried[] =
    extensions === undefined
      ? [
          {
            what: `the extensions of role ${name}`,
            reason: `they cannot be told: ${source}. Write them in`,
            nodes: members.map((one) => one.node.name),
            at,
          },
        ]
      : [];
  return { name, role, notCarried: [...unknown, ...labels.notCarried, ...sysctls.notCarried] };
}

function purposeOf(members: readonly ReadNode[]): string {
  const names = members.map(({ node }) => node.name);
  const shown =
    names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  return `Imported from ${shown}`.replaceAll(/[\r\n]/g, " ");
}

/** `pods` and `services` where the routes are the cluster's own. */
function words(routes: readonly string[], { pods, services }: Network): string[] {
  const lists = {
    pods: pods ?? defaults.cluster.network.pods,
    services: services ?? defaults.cluster.network.services,
  };
  let rest = [...routes];
  const named: string[] = [];
  for (const [word, own] of Object.entries(lists)) {
    const cidrs = Array.isArray(own) ? own : [own];
    if (!cidrs.every((cidr) => rest.includes(cidr))) continue;
    named.push(word);
    rest = rest.filter((cidr) => !cidrs.includes(cidr));
  }
  return [...named, ...rest];
}

function shared(
  members: readonly ReadNode[],
  what: string,
  mapOf: (config: ReadNode["config"]) => Record<string, string>,
): { values: Record<string, string>; notCarried: NotCarried[] } {
  const maps = members.map(({ node, config }) => ({ node, map: mapOf(config) }));
  const all = new Set(maps.flatMap(({ map }) => Object.keys(map)));
  const isShared = (key: string): boolean => new Set(maps.map(({ map }) => map[key])).size === 1;
  const values = Object.entries(maps[0]?.map ?? {}).filter(([key]) => isShared(key));
  return {
    values: Object.fromEntries(values),
    notCarried: [...all]
      .filter((key) => !isShared(key))
      .map((key) => ({
        what: `${what}: ${key}`,
        reason: "nodes of the role differ in it: it stays in their machine configs",
        nodes: maps.filter(({ map }) => map[key] !== undefined).map(({ node }) => node.name),
        at: maps[0]?.node.at ?? null,
      })),
  };
}

const nodePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

function inventoryNode(
  { node }: ReadNode,
  role: string,
): { input?: NonNullable<RolesInput["nodes"]>[number]; notCarried: NotCarried[] } {
  if (node.isImage) return { notCarried: [] };
  const { name, address, arch, controlPlane, at } = node;
  const isAddress = address !== undefined && !address.includes("/") && parseCidr(address) !== undefined;
  if (!isAddress || !nodePattern.test(name)) {
    const reason = isAddress
      ? "its name is no host name"
      : "no address of it can be read: add it under `nodes`";
    return { notCarried: [{ what: `node ${name}`, reason, nodes: [name], at }] };
  }
  return { input: { name, address, role, ...defined({ arch, controlPlane }) }, notCarried: [] };
}
