import { type ConfigDocument, rootKind } from "./document.ts";
import { type At, type ConfigNode, entriesOf, flagOf, isNull, nodeAt, textOf } from "./tree.ts";

/** One field of `machine`/`cluster` that Talos refuses beside a document (V1Alpha1ConflictValidate in its Go types, read at v1.14.0-rc.1). */
interface ConflictRow {
  kind: string;
  /** Dotted path in the root document. */
  path: string;
  /** When the field counts as set; default: whenever it is written, even empty. */
  set?: "non-empty" | "true";
  /** The document's own field that must be set too. */
  only?: string;
}

const beside = (kind: string, ...paths: string[]): ConflictRow[] => paths.map((path) => ({ kind, path }));

const rows: readonly ConflictRow[] = [
  ...beside("UnattendedInstallConfig", "machine.install"),
  ...beside("KubeCoreDNSConfig", "cluster.coreDNS"),
  ...beside("KubeletConfig", "machine.kubelet"),
  ...beside("KubeCredentialProviderConfig", "machine.kubelet"),
  ...beside("KubeAuditPolicyConfig", "cluster.apiServer.auditPolicy"),
  ...beside("KubeAggregatorCAConfig", "cluster.aggregatorCA"),
  ...beside("KubeAPIServerCAConfig", "cluster.ca"),
  { kind: "KubeEtcdEncryptionConfig", path: "cluster.secretboxEncryptionSecret", set: "non-empty" },
  { kind: "KubeEtcdEncryptionConfig", path: "cluster.aescbcEncryptionSecret", set: "non-empty" },
  ...beside("KubeFlannelCNIConfig", "cluster.network"),
  ...beside("KubeNetworkConfig", "cluster.network"),
  { kind: "KubeClusterConfig", path: "cluster.clusterName", set: "non-empty" },
  ...beside("KubeClusterConfig", "cluster.controlPlane.endpoint"),
  ...beside("KubePrismConfig", "machine.features.kubePrism"),
  ...beside(
    "KubeControllerManagerConfig",
    "cluster.controllerManager",
    "machine.controlPlane.controllerManager",
  ),
  ...beside("KubeSchedulerConfig", "cluster.scheduler", "machine.controlPlane.scheduler"),
  { kind: "KubeAdmissionControlConfig", path: "cluster.apiServer.admissionControl", set: "non-empty" },
  { kind: "KubeAuthorizerConfig", path: "cluster.apiServer.admissionControl", set: "non-empty" },
  ...beside("KubeServiceAccountConfig", "cluster.serviceAccount"),
  ...beside("KubeAPIServerConfig", "cluster.apiServer"),
  { kind: "KubeAPIServerConfig", path: "cluster.controlPlane.localAPIServerPort", set: "non-empty" },
  ...beside("KubeTalosAPIAccessConfig", "machine.features.kubernetesTalosAPIAccess"),
  ...beside("KubeNodeConfig", "cluster.allowSchedulingOnControlPlanes", "cluster.allowSchedulingOnMasters"),
  ...beside("KubeNodeConfig", "machine.kubelet.skipNodeRegistration", "machine.kubelet.registerWithFQDN"),
  ...beside(
    "KubeNodeConfig",
    "machine.kubelet.nodeIP",
    "machine.nodeLabels",
    "machine.nodeAnnotations",
    "machine.nodeTaints",
  ),
  ...beside("KubeProxyConfig", "cluster.proxy"),
  ...beside("KubeSpanConfig", "machine.network.kubespan"),
  ...beside("ResolverConfig", "machine.network.searchDomains"),
  { kind: "ResolverConfig", path: "machine.network.nameservers", set: "non-empty" },
  { kind: "ResolverConfig", path: "machine.network.disableSearchDomain", set: "true" },
  { kind: "ResolverConfig", path: "machine.features.hostDNS", only: "hostDNS" },
  { kind: "TimeSyncConfig", path: "machine.time.disabled", set: "true" },
  { kind: "TimeSyncConfig", path: "machine.time.servers", set: "non-empty" },
  { kind: "TimeSyncConfig", path: "machine.time.bootTimeout", set: "non-empty" },
  { kind: "HostnameConfig", path: "machine.network.hostname", set: "non-empty" },
  { kind: "HostnameConfig", path: "machine.features.stableHostname", set: "true" },
  ...beside("CRIBaseRuntimeSpecConfig", "machine.baseRuntimeSpecOverrides"),
  ...beside("ImageCacheConfig", "machine.features.imageCache"),
  { kind: "DiscoveryIdentityConfig", path: "cluster.id", set: "non-empty" },
  { kind: "DiscoveryIdentityConfig", path: "cluster.secret", set: "non-empty" },
  ...beside("DiscoveryServiceConfig", "cluster.discovery"),
];

/** Kinds that Talos takes on control planes only (ControlplaneOnlyDocument). */
export const controlPlaneKinds: readonly string[] = [
  "KubeAPIServerConfig",
  "KubeAdmissionControlConfig",
  "KubeAggregatorCAConfig",
  "KubeAuditPolicyConfig",
  "KubeAuthenticationConfig",
  "KubeAuthorizerConfig",
  "KubeControllerManagerConfig",
  "KubeCoreDNSConfig",
  "KubeEtcdEncryptionConfig",
  "KubeFlannelCNIConfig",
  "KubeProxyConfig",
  "KubeSchedulerConfig",
  "KubeServiceAccountConfig",
  "KubeTalosAPIAccessConfig",
];

export interface Conflict {
  kind: string;
  path: string;
  /** Where the document stands, and where the field. */
  document: At;
  field: At;
}

/** Every pair of a document and a field of the root document that Talos refuses together. */
export function conflictsOf(documents: readonly ConfigDocument[]): Conflict[] {
  const root = documents.find(({ kind }) => kind === rootKind)?.root;
  if (!root) return [];
  return documents.flatMap((document) => {
    if (document.maybe) return [];
    return rows
      .filter(({ kind, only }) => kind === document.kind && (!only || !isNull(nodeAt(document.root, [only]))))
      .flatMap(({ kind, path, set }) => {
        const field = nodeAt(root, path.split("."));
        return field && isSet(field, set) ? [{ kind, path, document: document.at, field: field.at }] : [];
      });
  });
}

function isSet(field: ConfigNode, set: ConflictRow["set"]): boolean {
  if (field.maybe || isNull(field)) return false;
  if (set === "true") return flagOf(field) === true;
  if (set !== "non-empty") return true;
  if (field.kind === "list") return field.items.length > 0;
  return field.kind === "map" ? entriesOf(field).length > 0 : textOf(field) !== "" && textOf(field) !== "0";
}
