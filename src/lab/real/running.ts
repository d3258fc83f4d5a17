import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TalosClient, talosClient } from "../../talos/api/client.ts";
import { loadTalosconfig, type TalosContext } from "../../talos/api/talosconfig.ts";
import { keepConsole } from "../cluster/console.ts";
import { tailnetKeyPlace } from "../cluster/machine-config.ts";
import type { MachineNow, RunningLab, Surroundings } from "../cluster/running-lab.ts";
import {
  configFile,
  consoleFile,
  labFiles,
  type LabSpec,
  machineFolder,
  type MachineSpec,
  type RealSpec,
} from "../cluster/spec.ts";
import { configPath, openGuestDoor } from "../kubernetes/guest-door.ts";
import { type LabSwitch, labSwitch } from "../network/switch.ts";
import { hostAddress } from "../vm/qemu.ts";
import { workloadModule } from "../wasm/workload.ts";
import { askNode } from "./ask-node.ts";
import { bootstrapCluster } from "./bootstrap.ts";
import { type RealMachine, startRealMachine } from "./machine.ts";

export const realDisk = (state: string, machine: string): string =>
  join(machineFolder(state, machine), "disk.qcow2");

/** Powers on a lab of real Talos. Its Kubernetes is its own; this program only makes the machines, and bootstraps the first of them. */
export async function startRealLab(around: Surroundings, real: RealSpec): Promise<RunningLab> {
  const { state, spec } = around;
  const ending = new AbortController();
  const lan = labSwitch();
  const events: RunningLab["events"] = [];
  const door = await openGuestDoor({
    module: workloadModule(),
    config: (machine) => configOf(around, machine),
    heartbeat: () => undefined,
  });
  const powered = await Promise.all(
    spec.machines.map((machine, index) =>
      power({ around, machine, real, index, lan, port: door.port, say: sayOf(events, machine.name) }),
    ),
  );
  const machines = powered.map(({ machine }) => machine);
  const context = await loadTalosconfig({ path: join(state, labFiles.talosconfig) });
  const client = talosClient({ context, timeoutMs: 3000 });
  const bootstrapped = bootstrapFirst({ spec, real, context, events, signal: ending.signal });
  return {
    events,
    traffic: lan.traffic,
    service: () => null,
    pids: () => machines.flatMap((one) => one.pid() ?? []),
    link: () => undefined,
    restart: (name) => {
      const machine = machines[spec.machines.findIndex((one) => one.name === name)];
      machine?.restart();
      return machine !== undefined;
    },
    now: (index) => nowOf(client, spec.machines[index], machines[index]),
    close: async () => {
      ending.abort();
      for (const machine of machines) machine.stop();
      await Promise.all([bootstrapped, ...machines.map(({ stopped }) => stopped)]);
      client.close();
      lan.close();
      door.close();
      await Promise.all(powered.map(({ console }) => console.end()));
    },
  };
}

const sayOf =
  (events: RunningLab["events"], machine: string) =>
  (text: string): void =>
    void events.push({ at: Date.now(), machine, text });

interface Powering {
  around: Surroundings;
  machine: MachineSpec;
  real: RealSpec;
  index: number;
  lan: LabSwitch;
  /** Of the door through which it fetches its config. */
  port: number;
  say: (text: string) => void;
}

async function power({ around, machine, real, index, lan, port, say }: Powering) {
  const { state } = around;
  await mkdir(machineFolder(state, machine.name), { recursive: true });
  const console = keepConsole(consoleFile(state, machine.name));
  const started = startRealMachine({
    ...machineOf(around, { machine, real, index }),
    configUrl: `http://${hostAddress}:${port}${configPath(machine.name)}`,
    onLan: (line) => lan.plug(machine.name, line),
    onConsole: (text) => console.write(text),
    say,
  });
  return { machine: started, console };
}

interface First {
  spec: LabSpec;
  real: RealSpec;
  context: TalosContext;
  events: RunningLab["events"];
  signal: AbortSignal;
}

async function bootstrapFirst({ spec, real, context, events, signal }: First): Promise<void> {
  const say = sayOf(events, spec.machines[real.firstControlPlane]?.name ?? "");
  const endpoint = `127.0.0.1:${real.talosPorts[real.firstControlPlane]}`;
  if (await bootstrapCluster({ endpoint, context, signal, say })) say("bootstrapped");
}

async function nowOf(
  client: TalosClient,
  spec: MachineSpec | undefined,
  machine: RealMachine | undefined,
): Promise<MachineNow> {
  const asked = await askNode(client, spec?.addresses.node ?? "", spec?.name ?? "");
  return {
    ...asked,
    stage: machine?.pid() === undefined ? "off" : asked.stage,
    image: spec?.role ?? "",
    boots: machine?.boots() ?? 0,
    pod: null,
  };
}

async function configOf({ state, tailnet }: Surroundings, machine: string): Promise<string | undefined> {
  const text = await readFile(configFile(state, machine), "utf8").catch(() => undefined);
  if (!text?.includes(tailnetKeyPlace)) return text;
  return text.replaceAll(tailnetKeyPlace, (await tailnet?.newKey()) ?? "none");
}

interface Placed {
  machine: MachineSpec;
  real: RealSpec;
  index: number;
}

const talosApi = 50000;
const kubernetesApi = 6443;

const machineOf = ({ state, spec }: Surroundings, { machine, real, index }: Placed) => ({
  name: machine.name,
  arch: machine.arch,
  disk: realDisk(state, machine.name),
  folder: machineFolder(state, machine.name),
  memoryMiB: spec.memoryMiB,
  network: machine.addresses.cards,
  forwards: [
    { here: real.talosPorts[index] ?? 0, there: talosApi },
    ...(index === real.firstControlPlane ? [{ here: real.kubernetesPort, there: kubernetesApi }] : []),
  ],
});
