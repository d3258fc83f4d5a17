import type { Arch } from "../../talos/arch.ts";
import { plainVersion } from "../../talos/quirks.ts";
import { defaults } from "../defaults.ts";
import { defined } from "../inherit.ts";
import type { RolesInput } from "../schema.ts";
import type { ReadNode } from "./groups.ts";
import type { ImportedNode, ImportSource, NotCarried } from "./imported.ts";

export type Network = NonNullable<NonNullable<RolesInput["cluster"]>["network"]>;

/** What most nodes say; those that say otherwise are told of. */
export function clusterOf(source: ImportSource, nodes: readonly ReadNode[]) {
  const most = <T>(what: string, valueOf: (one: ReadNode) => T | undefined) =>
    mostCommon(nodes, what, valueOf);
  const talos = most("the Talos version", ({ node }) => versionOf(node.talos));
  const pods = most("the pod subnets", ({ config }) => config.pods);
  const services = most("the service subnets", ({ config }) => config.serviceSubnets);
  const registries = most("registry mirrors", ({ config }) => nonEmpty(config.registries));
  const said = [...new Set(nodes.flatMap(({ node }) => node.arch ?? []))].sort();
  const arches: Arch[] = said.length > 0 ? said : ["amd64"];
  const network: Network = defined({ pods: pods.value, services: services.value });
  const named = most("the cluster name", ({ config }) => config.clusterName);
  const name = (source.name ?? named.value)?.toLowerCase();
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
      ...[talos, pods, services, registries, named].flatMap((one) => one.others),
      ...unreadVersions(nodes),
      ...(name === undefined || isName ? [] : [badName(name)]),
      ...(talos.value === undefined
        ? [unsaid("the Talos version", defaults.cluster.talos, "cluster.talos")]
        : []),
      ...(said.length === 0 ? [unsaid("the architecture", "amd64", "cluster.arch")] : []),
    ],
  };
}

const badName = (name: string): NotCarried => ({
  what: `the cluster name ${name}`,
  reason: "it is no name that roles.yaml takes",
  nodes: [],
  at: null,
});

const unreadVersions = (nodes: readonly ReadNode[]): NotCarried[] =>
  nodes.flatMap(({ node }) =>
    node.talos === undefined || versionOf(node.talos) !== undefined
      ? []
      : [
          {
            what: `the Talos version ${node.talos}`,
            reason: "it is no released version like v1.13.6",
            nodes: [node.name],
            at: node.at,
          },
        ],
  );

const unsaid = (what: string, stands: string, key: string): NotCarried => ({
  what,
  reason: `the source does not say it: ${stands} stands until you change \`${key}\``,
  nodes: [],
  at: null,
});

export const nonEmpty = <T extends object>(map: T): T | undefined =>
  Object.keys(map).length > 0 ? map : undefined;
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
