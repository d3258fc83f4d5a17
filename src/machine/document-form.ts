import { stringify } from "yaml";
import { deletion, document, registryDocument } from "./documents.ts";
import type { MachinePatch, NodeSettings } from "./model.ts";
import { moduleDocuments } from "./modules.ts";

interface Form {
  settings: NodeSettings;
  /** ExtensionServiceConfig documents. */
  services: readonly object[];
  isControlPlane: boolean;
  append: boolean;
}

/**
 * The settings as documents, as Talos has them from 1.14 on. There a deletion skips a document that is not there, so that one patch can take out
 * and put in; only the node's own subnets stand in documents that hold more than the role's settings.
 */
export function documentPatches({ settings, services, isControlPlane, append }: Form): MachinePatch[] {
  const { installImage, modules, labels, sysctls, registries, validSubnets, etcdSubnets, manifests } =
    settings;
  const fresh = (one: object): object[] => (append ? [one] : [deletion(one), one]);
  const subnets = subnetDocuments(validSubnets, etcdSubnets);
  const loads = moduleDocuments(modules, { asDocuments: true });
  // What is replaced moves to the end of a config, so it stands at the end here too.
  const documents = [
    document("UnattendedInstallConfig", { installer: { image: installImage } }),
    ...withLabels(subnets.set, labels),
    ...(Object.keys(sysctls).length > 0 ? [document("SysctlConfig", { params: sysctls })] : []),
    ...(isControlPlane ? manifests.map(inlineManifest) : []),
    ...loads.filter((one) => !("parameters" in one)),
    ...loads.filter((one) => "parameters" in one).flatMap(fresh),
    ...Object.entries(registries).map(registryDocument).flatMap(fresh),
    ...services.flatMap(fresh),
  ];
  const again: MachinePatch[] = [
    { name: "clear", documents: subnets.clear },
    { name: "again", documents: subnets.set },
  ];
  return [{ name: "patch", documents }, ...(append || subnets.set.length === 0 ? [] : again)];
}

const nodeKind = "KubeNodeConfig";
const removed = { $patch: "delete" } as const;

/** Where the kubelet and etcd take their addresses from, and the patch that takes that out. */
function subnetDocuments(validSubnets: readonly string[], etcdSubnets: readonly string[]) {
  const both = (nodeIP: object, advertisedSubnets: unknown): object[] => [
    ...(validSubnets.length > 0 ? [document(nodeKind, { nodeIP })] : []),
    ...(etcdSubnets.length > 0 ? [{ cluster: { etcd: { advertisedSubnets } } }] : []),
  ];
  return { set: both({ validSubnets }, etcdSubnets), clear: both(removed, removed) };
}

/** Labels stand in the same document as the node's subnets. */
function withLabels(documents: readonly object[], labels: Record<string, string>): object[] {
  if (Object.keys(labels).length === 0) return [...documents];
  const isNode = (one: object): boolean => (one as { kind?: string }).kind === nodeKind;
  if (!documents.some(isNode)) return [document(nodeKind, { labels }), ...documents];
  return documents.map((one) => (isNode(one) ? { ...one, labels } : one));
}

const inlineManifest = ({ name, object }: NodeSettings["manifests"][number]): object =>
  document("KubeInlineManifestConfig", { name, manifest: stringify(object) });
