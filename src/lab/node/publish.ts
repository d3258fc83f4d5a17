import { machineStages } from "../../talos/api/enums.ts";
import { encode } from "../../talos/api/codec.ts";
import type { Agent, MachineFact, NetworkFlags } from "./agent.ts";
import { factBytes, netIp } from "./fact-bytes.ts";
import type { MachineStatus } from "./machine-status.ts";
import type { NodeFeatures, NodeImage } from "./model.ts";
import type { ResourceKey, ResourceStore } from "./resources.ts";

// Each function writes one kind of resource, in both forms that a client may read. Field names are those of Talos.

const put = (
  store: ResourceStore,
  key: ResourceKey,
  [message, yaml, proto]: [string, object, object],
): void => store.put(key, yaml, () => encode(`specs.${message}`, proto));

const runtime = (type: string, id: string): ResourceKey => ({
  namespace: "runtime",
  type: `${type}.talos.dev`,
  id,
});

export function publishImage(store: ResourceStore, image: NodeImage): void {
  const modulesLayer = {
    name: "modules.dep",
    version: image.kernelRelease,
    author: "Talos Machinery",
    description: "Combined modules.dep for all extensions",
  };
  const layers = [...image.extensions, modulesLayer];
  layers.forEach(({ name, version, author, description }, index) => {
    const id = name === "modules.dep" ? name : String(index);
    const metadata = { name, version, author, description, compatibility: { talos: { version: "" } } };
    const layer = { image: `${id}.sqsh`, metadata };
    put(store, runtime("ExtensionStatuses.runtime", id), ["ExtensionLayer", layer, layer]);
  });
}

/** What the machine has beside what a function here knows. */
export function publishFact(store: ResourceStore, { namespace, type, id, spec }: MachineFact): void {
  store.put({ namespace, type, id }, spec, () => factBytes(type, spec));
}

export function publishMember(
  store: ResourceStore,
  { name, address, controlPlane }: { name: string; address: string; controlPlane: boolean },
): void {
  put(store, { namespace: "cluster", type: "Members.cluster.talos.dev", id: name }, [
    "Member",
    {
      nodeId: name,
      addresses: [address],
      hostname: name,
      machineType: controlPlane ? "controlplane" : "worker",
      operatingSystem: "Talos",
    },
    {
      nodeId: name,
      addresses: [netIp(address)],
      hostname: name,
      machineType: controlPlane ? 2 : 3,
      operatingSystem: "Talos",
    },
  ]);
}

/** Talos measures itself every 30 seconds; when that was last, by the node's own clock, is on the resource. */
export function publishMemory(store: ResourceStore, used: number): void {
  put(store, { namespace: "perf", type: "MemoryStats.perf.talos.dev", id: "latest" }, [
    "MemoryStats",
    { total: 4096, used, free: 4096 - used },
    { total: 4096n, used: BigInt(used), free: BigInt(4096 - used) },
  ]);
}

export function publishBootId(store: ResourceStore, bootId: string): void {
  put(store, runtime("BootIDs.runtime", "boot-id"), ["BootID", { bootID: bootId }, { bootId }]);
}

export function publishServiceConfig(store: ResourceStore, name: string): void {
  put(store, runtime("ExtensionServiceConfigStatuses.runtime", name), [
    "ExtensionServiceConfigStatus",
    { specVersion: "1" },
    { specVersion: "1" },
  ]);
}

export const removeServiceConfig = (store: ResourceStore, name: string): void =>
  store.remove(runtime("ExtensionServiceConfigStatuses.runtime", name));

export function publishWantedModule(
  store: ResourceStore,
  { name, parameters }: { name: string; parameters: string[] },
): void {
  put(store, runtime("KernelModuleSpecs.runtime", name), [
    "KernelModuleSpec",
    { string: name, parameters },
    { name, parameters },
  ]);
}

export function publishModules(
  store: ResourceStore,
  modules: Awaited<ReturnType<Agent["modules"]>>,
  { moduleResource }: NodeFeatures,
): void {
  if (moduleResource === "none") return;
  for (const { name, state, dependsOn } of modules) {
    const key = runtime(`${moduleResource}.runtime`, name);
    const common = { size: 0n, referenceCount: 0n, dependencies: dependsOn, address: "" };
    const yaml = {
      size: 0,
      referenceCount: 0,
      ...(dependsOn.length > 0 ? { dependencies: dependsOn } : {}),
      address: "",
    };
    if (moduleResource === "LoadedKernelModules") {
      if (state === "live")
        put(store, key, ["LoadedKernelModule", { ...yaml, state: "Live" }, { ...common, state: "Live" }]);
      continue;
    }
    const builtIn = state === "built-in";
    put(store, key, [
      "KernelModuleStatus",
      { type: builtIn ? "built-in" : "dynamic", ...yaml, state },
      { ...common, type: builtIn ? 1 : 2, state: builtIn ? 3 : 0 },
    ]);
  }
}

export function publishMachineStatus(store: ResourceStore, { stage, status }: MachineStatus): void {
  put(store, runtime("MachineStatuses.runtime", "machine"), [
    "MachineStatus",
    { stage, status },
    { stage: machineStages.indexOf(stage), status },
  ]);
}

export function publishNetwork(
  store: ResourceStore,
  { address, connectivity, hostname, etcFiles }: NetworkFlags,
): void {
  const fields = {
    addressReady: address,
    connectivityReady: connectivity,
    hostnameReady: hostname,
    etcFilesReady: etcFiles,
  };
  put(store, { namespace: "network", type: "NetworkStatuses.net.talos.dev", id: "status" }, [
    "NetworkStatus",
    fields,
    fields,
  ]);
}

export function publishTime(store: ResourceStore, synced: boolean): void {
  const fields = { synced, epoch: 1, syncDisabled: false };
  put(store, runtime("TimeStatuses.v1alpha1", "node"), ["TimeStatus", fields, { ...fields, epoch: 1n }]);
}

export function publishLinks(store: ResourceStore, links: readonly string[]): void {
  for (const { metadata } of store.list("network", "LinkStatuses.net.talos.dev")) {
    if (metadata && !links.includes(metadata.id)) store.remove(metadata);
  }
  links.forEach((name, index) => {
    const kind = name.startsWith("tailscale") ? "tun" : "";
    put(store, { namespace: "network", type: "LinkStatuses.net.talos.dev", id: name }, [
      "LinkStatus",
      { index, kind, operationalState: kind === "tun" ? "unknown" : "up" },
      { index, kind, operationalState: kind === "tun" ? 0 : 6 },
    ]);
  });
}

export function publishKernelParameter(store: ResourceStore, name: string, current: string): void {
  put(store, runtime("KernelParamStatuses.runtime", name), [
    "KernelParamStatus",
    { current, default: "", unsupported: false },
    { current },
  ]);
}

export function publishKubernetes(
  store: ResourceStore,
  nodename: string,
  { ready, labels }: { ready: boolean; labels: Record<string, string> },
): void {
  const pairs = Object.entries(labels).map(([key, value]) => ({ key, value }));
  put(store, { namespace: "k8s", type: "NodeStatuses.kubernetes.talos.dev", id: nodename }, [
    "NodeStatus",
    { nodename, nodeReady: ready, unschedulable: false, labels, annotations: {} },
    { nodename, nodeReady: ready, labels: pairs },
  ]);
}

/** A service is published only while it runs. Extension services have no health check, so their health is unknown. */
export function publishService(store: ResourceStore, id: string, running: boolean): void {
  const key = runtime("Services.v1alpha1", id);
  if (!running) return store.remove(key);
  const health = id.startsWith("ext-")
    ? { healthy: false, unknown: true }
    : { healthy: true, unknown: false };
  put(store, key, ["Service", { running, ...health }, { running, ...health }]);
}

export function publishSecurity(store: ResourceStore): void {
  const fields = { secureBoot: false, moduleSignatureEnforced: true };
  put(store, { namespace: "runtime", type: "SecurityStates.talos.dev", id: "securitystate" }, [
    "SecurityState",
    fields,
    fields,
  ]);
}
