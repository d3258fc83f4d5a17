import type { TalosNode } from "../talos/api/client.ts";
import { machineStages, type MachineStage } from "../talos/api/enums.ts";
import { type Observation, type ObservedMachine, type Part, unknown } from "./observation.ts";
import { all, one, resourceTypes as types, text } from "./resources.ts";

type MachineParts = Pick<Observation, "machine" | "kubernetes" | "bootId" | "diagnostics">;

/** How far the machine is: its stage, its boot, its Kubernetes node. */
export async function readMachine(node: TalosNode): Promise<MachineParts> {
  const [machine, kubernetes, bootId, diagnostics] = await Promise.all([
    one(node, types.machine, machineOf, undefined),
    readKubernetes(node),
    one(node, types.bootId, (spec) => text(spec["bootID"]), undefined),
    all(node, types.diagnostics, (id, spec) => ({ id, message: text(spec["message"]) })),
  ]);
  return {
    machine: present(machine, "it publishes no machine status"),
    kubernetes,
    bootId: present(bootId, "it publishes no boot id"),
    diagnostics,
  };
}

/** What a machine that is not well may lack: its network's own flags, and the time. */
export async function readSurroundings(
  node: TalosNode,
): Promise<Pick<Observation, "network" | "timeSynced">> {
  const [network, time] = await Promise.all([
    one(node, types.network, networkOf, undefined),
    one(node, types.time, (spec) => spec["synced"] === true, undefined),
  ]);
  return {
    network: present(network, "it publishes no network status"),
    timeSynced: present(time, "it publishes no time status"),
  };
}

/** Whether the tunnel of a tailnet is up. A tun device has no carrier to speak of: the kernel calls a working one "unknown". */
export const readTunnel = (node: TalosNode): Promise<Part<boolean>> =>
  one(node, types.tunnel, (spec) => ["up", "unknown"].includes(text(spec["operationalState"])), false);

/** A resource that a node of this Talos does not publish is a thing not known, not a thing that is false. */
export const present = <T>(found: Part<T | undefined>, reason: string): Part<T> =>
  found.known && found.value === undefined ? unknown(reason) : (found as Part<T>);

function machineOf(spec: Record<string, unknown>): ObservedMachine {
  const status = (spec["status"] ?? {}) as {
    ready?: boolean;
    unmetConditions?: { name?: string; reason?: string }[];
  };
  const stage = text(spec["stage"]);
  return {
    stage: (machineStages as readonly string[]).includes(stage) ? (stage as MachineStage) : "unknown",
    ready: status.ready === true,
    unmet: (status.unmetConditions ?? []).map(({ name, reason }) => ({
      name: name ?? "",
      reason: reason ?? "",
    })),
  };
}

function networkOf(spec: Record<string, unknown>) {
  return {
    address: spec["addressReady"] === true,
    connectivity: spec["connectivityReady"] === true,
    hostname: spec["hostnameReady"] === true,
    etcFiles: spec["etcFilesReady"] === true,
  };
}

async function readKubernetes(node: TalosNode): Promise<Observation["kubernetes"]> {
  const nodes = await all(node, types.nodes, (id, spec) => ({
    nodename: text(spec["nodename"]) || id,
    ready: spec["nodeReady"] === true,
    labels: (spec["labels"] ?? {}) as Record<string, string>,
  }));
  if (!nodes.known) return nodes;
  const [own] = nodes.value;
  return own === undefined
    ? unknown("it has not seen its own Kubernetes node yet")
    : { known: true, value: own };
}
