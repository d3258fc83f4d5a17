import { parseCidr } from "../../talos/cidr.ts";
import { type ConfigDocument, rootKind } from "../../talos/config/document.ts";
import { hostname, machineType } from "../../talos/config/settings.ts";
import { type ConfigNode, entriesOf, itemsOf, nodeAt, textOf } from "../../talos/config/tree.ts";
import type { RoleInput } from "../schema.ts";
import { carriedRegistries } from "./carried-registries.ts";
import { type CarriedServices, carriedServices } from "./carried-services.ts";
import { type Left, leftInConfig, Settled } from "./left-in-config.ts";

type Modules = NonNullable<RoleInput["modules"]>;

export interface CarriedConfig extends CarriedServices {
  modules: Modules;
  labels: Record<string, string>;
  sysctls: Record<string, string>;
  registries: Record<string, string[]>;
  clusterName: string | undefined;
  /** Undefined where the config names none that can be read. */
  pods: string[] | undefined;
  serviceSubnets: string[] | undefined;
  notCarried: Left[];
}

type Documents = readonly ConfigDocument[];

/** What roles.yaml can say of a machine config, and by name everything that it cannot. */
export function carriedConfig(documents: Documents, nodeName?: string): CarriedConfig {
  const settled = new Settled();
  const root = documents.find(({ kind }) => kind === rootKind)?.root;
  const texts = (kind: string, key: string, path: readonly string[]): Record<string, string> => {
    const own = documents.filter((one) => one.kind === kind).map((one) => nodeAt(one.root, [key]));
    return Object.assign({}, ...[nodeAt(root, path), ...own].map((node) => textMap(node, settled)));
  };
  if (machineType(documents) !== undefined) settled.add(nodeAt(root, ["machine", "type"]));
  if (nodeName !== undefined && hostname(documents) === nodeName) settleHostname(documents, settled);
  const carried = {
    ...carriedServices(documents, settled),
    modules: carriedModules(documents, settled),
    labels: texts("KubeNodeConfig", "labels", ["machine", "nodeLabels"]),
    sysctls: texts("SysctlConfig", "params", ["machine", "sysctls"]),
    registries: carriedRegistries(documents, settled),
    clusterName: clusterName(root, settled),
    pods: subnets(documents, "podSubnets", settled),
    serviceSubnets: subnets(documents, "serviceSubnets", settled),
  };
  return { ...carried, notCarried: [...settled.told, ...leftInConfig(documents, settled)] };
}

function textMap(node: ConfigNode | undefined, settled: Settled): Record<string, string> {
  return Object.fromEntries(
    entriesOf(node).flatMap(([key, { value }]) => {
      const text = value.kind === "scalar" && !value.opaque ? value.text : undefined;
      if (text === undefined) return [];
      settled.add(value);
      return [[key, text] as const];
    }),
  );
}

/** The name of the node in the inventory. */
function settleHostname(documents: Documents, settled: Settled): void {
  const [own] = documents.filter(({ kind }) => kind === "HostnameConfig");
  const root = documents.find(({ kind }) => kind === rootKind)?.root;
  settled.add(nodeAt(own?.root, ["hostname"]) ?? nodeAt(root, ["machine", "network", "hostname"]));
}

function clusterName(root: ConfigNode | undefined, settled: Settled): string | undefined {
  const node = nodeAt(root, ["cluster", "clusterName"]);
  const name = textOf(node);
  if (name !== undefined) settled.add(node);
  return name;
}

/** Each module once, with the parameters that it was given last. */
function carriedModules(documents: Documents, settled: Settled): Modules {
  const nodes = documents.flatMap(({ kind, root }): readonly ConfigNode[] => {
    if (kind === "KernelModuleConfig") return [root];
    return kind === rootKind ? itemsOf(nodeAt(root, ["machine", "kernel", "modules"])) : [];
  });
  const modules = new Map<string, Modules[number]>();
  for (const node of nodes) {
    const name = nodeAt(node, ["name"]);
    const written = textOf(name);
    if (written === undefined) continue;
    settled.add(name);
    const parameters = itemsOf(nodeAt(node, ["parameters"])).flatMap((item) => {
      const text = textOf(item);
      if (text !== undefined) settled.add(item);
      return text ?? [];
    });
    modules.set(written.replaceAll("-", "_"), {
      name: written,
      ...(parameters.length > 0 ? { parameters } : {}),
    });
  }
  return [...modules.values()];
}

/** Only a list that can be read as a whole stands for the cluster's. */
function subnets(
  documents: Documents,
  key: "podSubnets" | "serviceSubnets",
  settled: Settled,
): string[] | undefined {
  const root = documents.find(({ kind }) => kind === rootKind)?.root;
  const own = documents.find(({ kind }) => kind === "KubeNetworkConfig")?.root;
  const list = nodeAt(root, ["cluster", "network", key]) ?? nodeAt(own, [key]);
  const items = itemsOf(list);
  const texts = items.flatMap((item) => textOf(item) ?? []);
  const isWhole =
    texts.length === items.length && texts.every((text) => parseCidr(text) && text.includes("/"));
  if (items.length === 0 || !isWhole) return undefined;
  settled.add(list);
  return texts;
}
