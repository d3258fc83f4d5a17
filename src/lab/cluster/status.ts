import type { Tailnet, TailnetStatus } from "../tailnet/tailnet.ts";
import type { MachineNow, RunningLab } from "./running-lab.ts";
import type { LabSpec } from "./spec.ts";

export interface MachineStatus extends Omit<MachineNow, "pod"> {
  name: string;
  role: string;
  address: string;
  controlPlane: boolean;
  /** The lab's own pod on it; null where Kubernetes is not the lab's. */
  pod: { address: string; phase: string; message: string } | null;
}

/** A lab as it is now. */
export interface LabStatus {
  /** What the images stand in for; null where they are the real ones. */
  standIn: string | null;
  talosVersion: string;
  /** Seconds in which a boot has to complete; Talos has 4200. */
  bootLimit: { seconds: number; shortened: boolean };
  machines: MachineStatus[];
  /** Before the lab's own pods; null where Kubernetes is not the lab's. */
  service: { address: string; endpoints: string[] } | null;
  tailnet: TailnetStatus | null;
  withoutTailnet: string | null;
  withoutWorkload: string | null;
  forced: string | null;
  /** What the switch has carried between machines. */
  traffic: { from: string; to: string; frames: number; bytes: number }[];
  events: { at: number; machine: string; text: string }[];
}

/** Talos' own limit. Seconds. */
const talosBootLimit = 70 * 60;

export async function labStatus(lab: RunningLab, spec: LabSpec, tailnet: Tailnet | null): Promise<LabStatus> {
  return {
    standIn: spec.standIn,
    talosVersion: spec.talosVersion,
    bootLimit: {
      seconds: spec.bootLimitMs === undefined ? talosBootLimit : spec.bootLimitMs / 1000,
      shortened: spec.bootLimitMs !== undefined,
    },
    machines: await Promise.all(spec.machines.map((machine, index) => machineStatus(lab, machine, index))),
    service: lab.service(),
    tailnet: (await tailnet?.status()) ?? null,
    withoutTailnet: spec.withoutTailnet,
    withoutWorkload: spec.withoutWorkload,
    forced: spec.forced,
    traffic: lab.traffic(),
    events: lab.events,
  };
}

async function machineStatus(
  lab: RunningLab,
  { name, role, addresses, controlPlane }: LabSpec["machines"][number],
  index: number,
): Promise<MachineStatus> {
  const { pod, ...now } = await lab.now(index);
  return {
    ...now,
    name,
    role,
    address: addresses.node,
    controlPlane,
    pod: pod && { address: addresses.pod, ...pod },
  };
}
