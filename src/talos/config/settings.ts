import { type ConfigDocument, rootKind } from "./document.ts";
import {
  type At,
  type ConfigNode,
  type ConfigPath,
  entriesOf,
  flagOf,
  isNull,
  itemsOf,
  nodeAt,
  textOf,
} from "./tree.ts";

/** Talos' own subnets where the config names none (constants.DefaultIPv4PodNet, DefaultIPv4ServiceNet). */
export const defaultSubnets = { pods: ["10.244.0.0/16"], services: ["10.96.0.0/12"] } as const;

export interface TextAt {
  text: string;
  at: At;
}

export type Documents = readonly ConfigDocument[];

/** A value in `machine` or `cluster`. */
export const rootValue = (documents: Documents, path: ConfigPath): ConfigNode | undefined =>
  nodeAt(documents.find(({ kind }) => kind === rootKind)?.root, path);

/** A value in the first document of a kind. */
const documentValue = (documents: Documents, kind: string, path: ConfigPath): ConfigNode | undefined =>
  nodeAt(documents.find((document) => document.kind === kind)?.root, path);

const texts = (node: ConfigNode | undefined): TextAt[] =>
  itemsOf(node).flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : [{ text, at: item.at }];
  });

/** Undefined where it is not written or cannot be read. */
export function machineType(documents: Documents): "controlplane" | "worker" | undefined {
  const type = textOf(rootValue(documents, ["machine", "type"]));
  if (type === "init" || type === "controlplane") return "controlplane";
  return type === "worker" || type === "join" ? "worker" : undefined;
}

export function hostname(documents: Documents): string | undefined {
  const name =
    documentValue(documents, "HostnameConfig", ["hostname"]) ??
    rootValue(documents, ["machine", "network", "hostname"]);
  return textOf(name) || undefined;
}

/** The installer image that the config names, which need not be what runs. */
export function installImage(documents: Documents): ConfigNode | undefined {
  const image =
    rootValue(documents, ["machine", "install", "image"]) ??
    documentValue(documents, "UnattendedInstallConfig", ["installer", "image"]);
  return isNull(image) ? undefined : image;
}

/** References in `machine.install.extensions`, which Talos follows up to 1.9 only; `name` has neither registry nor tag. */
export const installExtensions = (documents: Documents): { name: string; at: At }[] =>
  itemsOf(rootValue(documents, ["machine", "install", "extensions"])).flatMap((item) => {
    const image = nodeAt(item, ["image"]);
    const [, name] = /([^/:@]+)(?:[:@][^/]*)?$/.exec(textOf(image) ?? "") ?? [];
    return name === undefined || !image ? [] : [{ name, at: image.at }];
  });

export interface Subnets {
  values: TextAt[];
  /** Talos' defaults, because the config names none. */
  isDefault: boolean;
  /** It names some that cannot be read. */
  hidden: boolean;
}

export function clusterSubnets(documents: Documents, which: "pods" | "services"): Subnets {
  const key = which === "pods" ? "podSubnets" : "serviceSubnets";
  const node =
    rootValue(documents, ["cluster", "network", key]) ?? documentValue(documents, "KubeNetworkConfig", [key]);
  const values = texts(node);
  const hidden = !isNull(node) && values.length < Math.max(1, itemsOf(node).length);
  return { values, hidden, isDefault: isNull(node) || (itemsOf(node).length === 0 && !hidden) };
}

/** `kubelet.nodeIP.validSubnets` in either form; undefined where there are none. */
export function validSubnets(documents: Documents): ConfigNode | undefined {
  const node =
    rootValue(documents, ["machine", "kubelet", "nodeIP", "validSubnets"]) ??
    documentValue(documents, "KubeNodeConfig", ["nodeIP", "validSubnets"]);
  return isNull(node) || itemsOf(node).length === 0 ? undefined : node;
}

export function etcdSubnets(documents: Documents): ConfigNode | undefined {
  const node = rootValue(documents, ["cluster", "etcd", "advertisedSubnets"]);
  const old = rootValue(documents, ["cluster", "etcd", "subnet"]);
  if (!isNull(node) && itemsOf(node).length > 0) return node;
  return isNull(old) ? undefined : old;
}

/** Every readable text in a list or alone, with its place. */
export const textsOf = (node: ConfigNode | undefined): TextAt[] => {
  const own = textOf(node);
  return own !== undefined && node ? [{ text: own, at: node.at }] : texts(node);
};

/** A sysctl in either form; the document wins. */
export function sysctl(documents: Documents, name: string): ConfigNode | undefined {
  const inDocument = documents
    .filter(({ kind }) => kind === "SysctlConfig")
    .map(({ root }) => nodeAt(root, ["params"]));
  const maps = [...inDocument, rootValue(documents, ["machine", "sysctls"])];
  const names = [name, name.replaceAll(".", "/")];
  return maps.flatMap((map) =>
    entriesOf(map)
      .filter(([key]) => names.includes(key))
      .map(([, { value }]) => value),
  )[0];
}

export interface ClusterFlags {
  cni: string | undefined;
  proxyDisabled: boolean;
  /** Undefined where the config does not say. */
  discovery: boolean | undefined;
  discoveryAt: At | undefined;
  kubespan: boolean;
  kubespanAt: At | undefined;
}

export function clusterFlags(documents: Documents): ClusterFlags {
  const discovery = rootValue(documents, ["cluster", "discovery", "enabled"]);
  const kubespan =
    documentValue(documents, "KubeSpanConfig", ["enabled"]) ??
    rootValue(documents, ["machine", "network", "kubespan", "enabled"]);
  const hasService = documents.some(({ kind }) => kind === "DiscoveryServiceConfig");
  return {
    cni: textOf(rootValue(documents, ["cluster", "network", "cni", "name"])),
    proxyDisabled:
      flagOf(rootValue(documents, ["cluster", "proxy", "disabled"])) === true ||
      flagOf(documentValue(documents, "KubeProxyConfig", ["enabled"])) === false,
    discovery: hasService ? true : flagOf(discovery),
    discoveryAt: discovery?.at,
    kubespan: flagOf(kubespan) === true,
    kubespanAt: kubespan?.at,
  };
}

export interface MachineFile {
  path: TextAt | undefined;
  op: string | undefined;
  at: At;
}

export const machineFiles = (documents: Documents): MachineFile[] =>
  itemsOf(rootValue(documents, ["machine", "files"])).map((file) => ({
    path: textsOf(nodeAt(file, ["path"]))[0],
    op: textOf(nodeAt(file, ["op"])),
    at: file.at,
  }));

/** Static addresses that the config gives to interfaces, as written (with prefix). */
export function staticAddresses(documents: Documents): TextAt[] {
  const interfaces = itemsOf(rootValue(documents, ["machine", "network", "interfaces"]));
  const old = interfaces.flatMap((one) => [
    ...textsOf(nodeAt(one, ["addresses"])),
    ...itemsOf(nodeAt(one, ["vlans"])).flatMap((vlan) => textsOf(nodeAt(vlan, ["addresses"]))),
  ]);
  const linkKinds = ["LinkConfig", "VLANConfig", "BondConfig", "BridgeConfig"];
  const links = documents.filter(({ kind }) => linkKinds.includes(kind ?? ""));
  return [
    ...old,
    ...links.flatMap(({ root }) =>
      itemsOf(nodeAt(root, ["addresses"])).flatMap((one) => textsOf(nodeAt(one, ["address"]))),
    ),
  ];
}

export interface InlineManifest {
  text: string;
  at: At;
}

/** Manifests that the config hands to Kubernetes. */
export function inlineManifests(documents: Documents): InlineManifest[] {
  const old = [
    ["cluster", "inlineManifests"],
    ["machine", "inlineManifests"],
  ]
    .flatMap((path) => itemsOf(rootValue(documents, path)))
    .map((item) => nodeAt(item, ["contents"]));
  const own = documents
    .filter(({ kind }) => kind === "KubeInlineManifestConfig")
    .map(({ root }) => nodeAt(root, ["manifest"]));
  return [...old, ...own].flatMap((node) =>
    node?.kind === "scalar" ? [{ text: node.text, at: node.at }] : [],
  );
}
