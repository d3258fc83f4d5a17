import type { Lock } from "../../catalog/lock-model.ts";
import type { Manifest } from "../../machine/model.ts";
import { machinePatches } from "../../machine/patches.ts";
import { roleContract } from "../../machine/role-contract.ts";
import { tailscaleService } from "../../machine/tailscale.ts";
import { documentsText } from "../../machine/yaml.ts";
import type { ClusterNode, Role, RolesFile } from "../../roles/model.ts";
import type { MachineAddresses } from "../network/addresses.ts";

/** Stands in a config for the key that the lab's own tailnet gives out; it is filled in when the machine fetches its config. */
export const tailnetKeyPlace = "${TAILNET_KEY}";

interface ConfigOptions {
  lock: Lock | undefined;
  addresses: MachineAddresses;
  /** Services whose document is left out. */
  without: readonly string[];
  /** What real Talos needs beyond what the lab's own nodes act on. */
  real?: Record<string, unknown> | undefined;
}

/**
 * The machine config of one of the lab's nodes: what `talosctl gen config` would give it, as far as the lab needs that, with the patch that
 * `talos-roles config` makes for the node. Secrets stay names, but for the lab's own. Errors: REFERENCE_INVALID.
 */
export async function labMachineConfig(
  file: RolesFile,
  node: ClusterNode,
  { lock, addresses, without, real = {} }: ConfigOptions,
): Promise<string> {
  const role = file.roles.find(({ name }) => name === node.role) as Role;
  const { contract } = await roleContract(file, role, { lock, arch: node.arch });
  const key = role.subnetRouter?.authKey;
  const { patches, manifests } = machinePatches({
    file,
    role,
    node,
    contract,
    append: true,
    secretOf: (secret) =>
      JSON.stringify(secret) === JSON.stringify(key ?? { env: "TS_AUTHKEY" })
        ? tailnetKeyPlace
        : "env" in secret
          ? `\${${secret.env}}`
          : `\${${secret.file}}`,
  });
  const documents = patches.flatMap((patch) => patch.documents) as Documents;
  const roots = documents.filter((document) => !("kind" in document));
  const others = documents
    .filter((document) => "kind" in document)
    .filter(({ kind, name }) => kind !== "ExtensionServiceConfig" || !without.includes(String(name)));
  return documentsText([
    merged([base(file, node, addresses), real, ...roots, ...inlined(manifests, real)]),
    ...others.map(inLab),
  ]);
}

/** What the cluster needs of Kubernetes objects; its control planes make them. */
function inlined(manifests: readonly Manifest[], real: Record<string, unknown>): Documents {
  const [any] = manifests;
  if (!any || !("serviceAccount" in ((real["cluster"] as object | undefined) ?? {}))) return [];
  return [
    {
      cluster: {
        inlineManifests: manifests.map(({ name, object }) => ({ name, contents: documentsText([object]) })),
      },
    },
  ];
}

/** Tailscale's programs write their logs to Tailscale, which is not to hear of a lab. */
const inLab = (document: Record<string, unknown>): Record<string, unknown> =>
  document["kind"] === "ExtensionServiceConfig" && document["name"] === tailscaleService
    ? {
        ...document,
        environment: [...((document["environment"] as string[]) ?? []), "TS_NO_LOGS_NO_SUPPORT=true"],
      }
    : document;

type Documents = Record<string, unknown>[];

const base = (file: RolesFile, node: ClusterNode, addresses: MachineAddresses): Record<string, unknown> => ({
  version: "v1alpha1",
  machine: {
    type: node.controlPlane ? "controlplane" : "worker",
    network: {
      hostname: node.name,
      interfaces: [
        { interface: "eth0", dhcp: true },
        { interface: "eth1", addresses: [`${addresses.node}/${addresses.prefixLength}`] },
      ],
    },
  },
  cluster: {
    clusterName: file.cluster.name,
    network: { podSubnets: file.cluster.network.pods, serviceSubnets: file.cluster.network.services },
  },
});

/** Documents of one kind, put together; they have no value in common but maps. */
function merged(documents: Documents): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const document of documents)
    for (const [key, value] of Object.entries(document))
      result[key] = isMap(result[key]) && isMap(value) ? merged([result[key], value]) : value;
  return result;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
