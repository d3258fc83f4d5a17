import type { MachineStage } from "../../talos/api/enums.ts";
import type { NetworkFlags } from "./agent.ts";
import { requiredServices } from "./system-services.ts";
import type { ServiceStates } from "./service-state.ts";

export interface MachineStatus {
  stage: MachineStage;
  status: { ready: boolean; unmetConditions: { name: string; reason: string }[] };
}

export interface StatusInputs {
  stage: MachineStage;
  controlPlane: boolean;
  states: ServiceStates;
  network: NetworkFlags;
  timeSynced: boolean;
  kubernetes: { nodename: string; ready: boolean } | undefined;
  nodename: string;
}

/** Talos looks at its conditions only while booting and running; in any other stage a node is ready by definition. Extension services are not among them. */
export function machineStatus(inputs: StatusInputs): MachineStatus {
  const { stage } = inputs;
  const unmetConditions = stage === "booting" || stage === "running" ? unmet(inputs) : [];
  return { stage, status: { ready: unmetConditions.length === 0, unmetConditions } };
}

function unmet(inputs: StatusInputs): { name: string; reason: string }[] {
  const missing = missingNetwork(inputs.network);
  const services = requiredServices(inputs.controlPlane).filter(
    (id) => inputs.states.state(id) !== "Running",
  );
  return [
    ...(inputs.timeSynced ? [] : [{ name: "time", reason: "time is not synced" }]),
    ...(missing === "" ? [] : [{ name: "network", reason: `waiting on: ${missing}` }]),
    ...(services.length === 0
      ? []
      : [{ name: "services", reason: services.map((id) => `${id} not running`).join(", ") }]),
    ...nodeReady(inputs),
  ];
}

const missingNetwork = ({ address, connectivity, etcFiles, hostname }: NetworkFlags): string =>
  [
    ...(address ? [] : ["address"]),
    ...(connectivity ? [] : ["connectivity"]),
    ...(etcFiles ? [] : ["etc-files"]),
    ...(hostname ? [] : ["hostname"]),
  ].join(", ");

function nodeReady({ kubernetes, nodename }: StatusInputs): { name: string; reason: string }[] {
  if (!kubernetes) return [{ name: "nodeReady", reason: `node "${nodename}" status is not available yet` }];
  return kubernetes.ready
    ? []
    : [{ name: "nodeReady", reason: `node "${kubernetes.nodename}" is not ready` }];
}
