import type { Arch } from "../../talos/arch.ts";
import { parseCidr } from "../../talos/cidr.ts";
import { plainVersion } from "../../talos/quirks.ts";
import { defaults } from "../defaults.ts";
import { defined } from "../inherit.ts";
import type { RoleInput, RolesInput } from "../schema.ts";
import { carriedConfig } from "./carried-config.ts";
import { type ReadNode, roleGroups, type RoleGroup } from "./groups.ts";
import {
  gathered,
  type ImportedNode,
  type ImportedRoles,
  type ImportSource,
  type NotCarried,
} from "./imported.ts";

export interface ToRolesOptions {
  /** Modules that `talos-roles config` loads for these extensions by itself. */
  impliedModules: (extensions: readonly string[]) => { name: string; parameters?: readonly string[] }[];
}

/** roles.yaml of what a source says, and what it has no place for. Pure. */
export function toRoles(source: ImportSource, { impliedModules }: ToRolesOptions): ImportedRoles {
  const nodes = source.nodes.map((node): ReadNode => ({ node, config: carriedConfig(node.documents) }));
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
      ...cluster.notCarried,
      ...roles.flatMap(({ notCarried }) => notCarried),
      ...inventory.flatMap(({ notCarried }) => notCarried),
      ...source.otherKeys.map(({ key, at, node }) => ({
        what: `\`${key}\``,
        reason: `it says nothing about roles: what renders the configs from ${source.path} still needs it`,
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

type Network = NonNullable<NonNullable<RolesInput["cluster"]>["network"]>;

/** What most nodes say; those that say otherwise are told of. */
function clusterOf(source: ImportSource, nodes: readonly ReadNode[]) {
  const most = <T>(what: string, valueOf: (one: ReadNode) => T | undefined) =>
    mostCommon(nodes, what, valueOf);
  const talos = most("the Talos version", ({ node }) => versionOf(node.talos));
  const pods = most("the pod subnets", ({ config }) => cidrs(config.pods));
  const services = most("the service subnets", ({ config }) => cidrs(config.serviceSubnets));
  const registries = most("registry mirrors", ({ config }) => nonEmpty(config.registries));
  const said = [...new Set(nodes.flatMap(({ node }) => node.arch ?? []))].sort();
  const arches: Arch[] = said.length > 0 ? said : ["amd64"];
  const network: Network = defined({ pods: pods.value, services: services.value });
  const name = source.name?.toLowerCase();
  const isName = name !== undefined && /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(name);
  return {
    network,
    input: defined({
      name: isName ? name : undefined,
      talos: talos.value,
      arch: arches,
      network: nonEmpty(network),
      registries: registries.value,
    }) as NonNullable<RolesInput["cluster"]>,
    notCarried: [
      ...[talos, pods, services, registries].flatMap((one) => one.others),
      ...(talos.value === undefined
        ? [unsaid("the Talos version", defaults.cluster.talos, "cluster.talos")]
        : []),
      ...(said.length === 0 ? [unsaid("the architecture", "amd64", "cluster.arch")] : []),
    ],
  };
}

const unsaid = (what: string, stands: string, key: string): NotCarried => ({
  what,
  reason: `the source does not say it: ${stands} stands until you change \`${key}\``,
  nodes: [],
  at: null,
});

const nonEmpty = <T extends object>(map: T): T | undefined => (Object.keys(map).length > 0 ? map : undefined);
const cidrs = (list: string[] | undefined): string[] | undefined =>
  list?.every((cidr) => parseCidr(cidr) !== undefined && cidr.includes("/")) ? list : undefined;

function versionOf(written: string | undefined): string | undefined {
  const version = written?.startsWith("v") ? written : `v${written ?? ""}`;
  return plainVersion(version) === undefined || !/^v\d+\.\d+\.\d+/.test(version) ? undefined : version;
}

function mostCommon<T>(
  nodes: readonly ReadNode[],
  what: string,
  valueOf: (one: ReadNode) => T | undefined,
): { value: T | undefined; others: NotCarried[] } {
  const byText = new Map<string, { value: T; nodes: ImportedNode[] }>();
  for (const one of nodes) {
    const value = valueOf(one);
    if (value === undefined) continue;
    const key = JSON.stringify(value);
    const there = byText.get(key);
    byText.set(key, { value, nodes: [...(there?.nodes ?? []), one.node] });
  }
  const [first, ...rest] = [...byText.values()].toSorted((a, b) => b.nodes.length - a.nodes.length);
  return {
    value: first?.value,
    others: rest.map(({ value, nodes }) => ({
      what: `${what} ${typeof value === "string" ? value : JSON.stringify(value)}`,
      reason: "the cluster has one: that of most nodes stands",
      nodes: nodes.map(({ name }) => name),
      at: nodes[0]?.at ?? null,
    })),
  };
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
