import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import { writeFileWhole } from "../../formats/files.ts";
import type { Arch } from "../../talos/arch.ts";
import type { LabNetwork, MachineAddresses } from "../network/addresses.ts";
import type { ProcessId } from "../processes.ts";
import type { TailnetOptions } from "../tailnet/tailnet.ts";

/** One machine, as the supervisor starts it. */
export interface MachineSpec {
  name: string;
  role: string;
  arch: Arch;
  controlPlane: boolean;
  addresses: MachineAddresses;
  /** Whether the service has this machine's pod behind it. */
  serves: boolean;
}

/** The programs of a tailnet and how they are set up. */
export type TailnetSpec = Omit<TailnetOptions, "keyFile">;

/** A lab of real Talos: ports of loopback that lead to its APIs. */
export interface RealSpec {
  /** Of each machine's Talos API, in order. */
  talosPorts: number[];
  /** Of the API server on the first control plane. */
  kubernetesPort: number;
  /** Which machine that is. */
  firstControlPlane: number;
}

/** Everything that the process that looks after a lab has to know. Paths are relative to the lab's folder, but for programs. */
export interface LabSpec {
  /** What the images stand in for; null where they are the real ones. */
  standIn: string | null;
  talosVersion: string;
  network: LabNetwork;
  machines: MachineSpec[];
  memoryMiB: number;
  /** Milliseconds; Talos' own 70 minutes where absent. */
  bootLimitMs?: number;
  tailnet: TailnetSpec | null;
  /** Why there is no tailnet although a role routes into one. */
  withoutTailnet: string | null;
  /** Why the lab's pods cannot run. */
  withoutWorkload: string | null;
  forced: string | null;
  /** Null for the stand-ins. */
  real: RealSpec | null;
}

/** The running lab: how to reach the process that looks after it. */
export interface LabHandle {
  supervisor: ProcessId;
  /** `http://127.0.0.1:PORT`. */
  control: string;
  /** Whoever knows it may give orders. */
  token: string;
  /** What the supervisor has started. */
  children: ProcessId[];
}

export const labFiles = {
  marker: ".talos-roles-lab",
  spec: "lab.json",
  handle: "running.json",
  log: "supervisor.log",
  roles: "roles.yaml",
  talosconfig: "talosconfig",
  kubeconfig: "kubeconfig",
  tailnetKey: "tailnet.key",
  images: "images",
} as const;

export const machineFolder = (state: string, name: string): string => join(state, "machines", name);
export const consoleFile = (state: string, name: string): string =>
  join(machineFolder(state, name), "console.log");
export const configFile = (state: string, name: string): string =>
  join(machineFolder(state, name), "config.yaml");
export const diskFile = (state: string, role: string, arch: Arch): string =>
  join(state, "disks", `${role}-${arch}.img`);

export const writeSpec = (state: string, spec: LabSpec): Promise<void> =>
  writeFileWhole(join(state, labFiles.spec), `${JSON.stringify(spec, null, 2)}\n`);

/** Errors: LAB_ABSENT. */
export async function readSpec(state: string): Promise<LabSpec> {
  const spec = await readJson<LabSpec>(join(state, labFiles.spec));
  if (spec) return spec;
  throw new RolesError("LAB_ABSENT", `there is no lab in ${state}`, {
    hint: "`talos-roles lab up` makes one; --state names another folder.",
  });
}

export const writeHandle = (state: string, handle: LabHandle): Promise<void> =>
  writeFileWhole(join(state, labFiles.handle), JSON.stringify(handle), 0o600);

/** Undefined where no supervisor has started in this folder. */
export const readHandle = (state: string): Promise<LabHandle | undefined> =>
  readJson<LabHandle>(join(state, labFiles.handle));

async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new RolesError("LAB_ABSENT", `${path} is damaged`, {
      hint: "`talos-roles lab down` takes it away.",
    });
  }
}
