import { parse } from "yaml";
import { isRolesError } from "../errors.ts";
import type { TalosNode } from "../talos/api/client.ts";
import type { Resource, Timestamp } from "../talos/api/types.ts";
import { known, type Part, unknown } from "./observation.ts";

/** COSI types that are read, with the namespace each lives in. Source: Talos' resource definitions, 1.9 … 1.14. */
export const resourceTypes = {
  addresses: { namespace: "network", type: "AddressStatuses.net.talos.dev" },
  bootId: { namespace: "runtime", type: "BootIDs.runtime.talos.dev", id: "boot-id" },
  diagnostics: { namespace: "runtime", type: "Diagnostics.runtime.talos.dev" },
  extensions: { namespace: "runtime", type: "ExtensionStatuses.runtime.talos.dev" },
  ipv6Forwarding: {
    namespace: "runtime",
    type: "KernelParamStatuses.runtime.talos.dev",
    id: "proc.sys.net.ipv6.conf.all.forwarding",
  },
  loadedModules: { namespace: "runtime", type: "LoadedKernelModules.runtime.talos.dev" },
  machine: { namespace: "runtime", type: "MachineStatuses.runtime.talos.dev", id: "machine" },
  memory: { namespace: "perf", type: "MemoryStats.perf.talos.dev", id: "latest" },
  modules: { namespace: "runtime", type: "KernelModuleStatuses.runtime.talos.dev" },
  network: { namespace: "network", type: "NetworkStatuses.net.talos.dev", id: "status" },
  members: { namespace: "cluster", type: "Members.cluster.talos.dev" },
  nodeIps: { namespace: "k8s", type: "NodeIPs.kubernetes.talos.dev", id: "kubelet" },
  nodes: { namespace: "k8s", type: "NodeStatuses.kubernetes.talos.dev" },
  probes: { namespace: "network", type: "ProbeStatuses.net.talos.dev" },
  routes: { namespace: "network", type: "RouteStatuses.net.talos.dev" },
  serviceConfigs: { namespace: "runtime", type: "ExtensionServiceConfigStatuses.runtime.talos.dev" },
  time: { namespace: "runtime", type: "TimeStatuses.v1alpha1.talos.dev", id: "node" },
  tunnel: { namespace: "network", type: "LinkStatuses.net.talos.dev", id: "tailscale0" },
  volumes: { namespace: "runtime", type: "VolumeStatuses.block.talos.dev" },
  wantedModules: { namespace: "runtime", type: "KernelModuleSpecs.runtime.talos.dev" },
} as const;

type Spec = Record<string, unknown>;

interface Stamps {
  created?: Timestamp;
  updated?: Timestamp;
}

// Nodes of one role say the same in most of their resources: each text is parsed once.
const parsed = new Map<string, Spec>();
const parsedKept = 2000;

/** The spec of a resource as plain data, which is not to be changed. Talos fills the YAML form for every type, so no type needs a message of its own. */
function specOf(resource: Resource | undefined): Spec {
  const yaml = resource?.spec?.yamlSpec ?? "";
  const known = parsed.get(yaml);
  if (known) return known;
  const value: unknown = parse(yaml, { maxAliasCount: 20 });
  const spec = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Spec) : {};
  if (parsed.size >= parsedKept) parsed.clear();
  parsed.set(yaml, spec);
  return spec;
}

export const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** Runs one read; whatever goes wrong becomes the reason why the part is not known. */
export async function part<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return known(await read());
  } catch (error) {
    return unknown(isRolesError(error) ? error.message : String(error));
  }
}

/** Reads one resource and gives its spec to `take`; a resource that is not there gives `absent`. */
export function one<T, A>(
  node: TalosNode,
  request: { namespace: string; type: string; id: string },
  take: (spec: Spec, stamps: Stamps) => T,
  absent: A,
): Promise<Part<T | A>> {
  return part(async () => {
    const resource = await node.get(request);
    return resource === undefined ? absent : take(specOf(resource), resource.metadata ?? {});
  });
}

/** Reads every resource of a type and gives id and spec of each to `take`. */
export function all<T>(
  node: TalosNode,
  request: { namespace: string; type: string },
  take: (id: string, spec: Spec, stamps: Stamps) => T,
): Promise<Part<T[]>> {
  return part(async () =>
    (await node.list(request)).map((resource) =>
      take(resource.metadata?.id ?? "", specOf(resource), resource.metadata ?? {}),
    ),
  );
}
