import { mkdir, readFile } from "node:fs/promises";
import { type CertificateAuthority, makeCertificateAuthority } from "../../formats/certificates.ts";
import type { MachineStage } from "../../talos/api/enums.ts";
import { startTalosServer, type TalosServer } from "../../talos/api/server.ts";
import { startApiServer } from "../kubernetes/api.ts";
import { configPath, type GuestDoor, modulePath, openGuestDoor } from "../kubernetes/guest-door.ts";
import { clusterMembers, type Members } from "../kubernetes/members.ts";
import { labSwitch } from "../network/switch.ts";
import { nodeHandlers } from "../node/api.ts";
import type { Boot } from "../node/boot.ts";
import type { Tailnet } from "../tailnet/tailnet.ts";
import type { GuestLink } from "../vm/guest-link.ts";
import { type MachineNode, startMachineNode } from "../vm/machine-node.ts";
import { hostAddress } from "../vm/qemu.ts";
import { workloadModule } from "../wasm/workload.ts";
import { writeClientFiles } from "./clients.ts";
import { tailnetKeyPlace } from "./machine-config.ts";
import { type KeptConsole, keepConsole } from "./console.ts";
import { configFile, consoleFile, diskFile, type LabSpec, machineFolder, type MachineSpec } from "./spec.ts";

/** What a machine of a lab does at the moment. */
export interface MachineNow {
  /** Role of the image that it boots. */
  image: string;
  /** `off` while it is between two boots, `starting` before its node has begun. */
  stage: MachineStage | "off" | "starting";
  kubernetesReady: boolean;
  /** Of the lab's own pod; null where Kubernetes is not the lab's. */
  pod: { phase: string; message: string } | null;
  boots: number;
  services: { id: string; state: string; message: string }[];
}

/** A lab that runs in this process. */
export interface RunningLab {
  /** Of the machine with this number. */
  now(index: number): Promise<MachineNow>;
  /** The line to its guest's agent; undefined where it is off or has none. */
  link(index: number): GuestLink | undefined;
  pids(): number[];
  /** The service before the pods; null where Kubernetes is not the lab's. */
  service(): { address: string; endpoints: string[] } | null;
  traffic(): ReturnType<ReturnType<typeof labSwitch>["traffic"]>;
  /** What happened, oldest first. */
  events: { at: number; machine: string; text: string }[];
  restart(machine: string, imageRole?: string): boolean;
  close(): Promise<void>;
}

export interface Surroundings {
  state: string;
  spec: LabSpec;
  tailnet: Tailnet | null;
}

/** Powers a lab on: its switch, what its machines fetch, its APIs, and the machines themselves. */
export async function startLab(around: Surroundings): Promise<RunningLab> {
  const { state, spec } = around;
  const ca = await makeCertificateAuthority();
  const lan = labSwitch();
  const consoles: KeptConsole[] = [];
  const events: RunningLab["events"] = [];
  const { door, members, url } = await openMembers(around);
  const nodes: MachineNode[] = [];
  for (const machine of spec.machines) {
    await mkdir(machineFolder(state, machine.name), { recursive: true });
    const console = keepConsole(consoleFile(state, machine.name));
    consoles.push(console);
    nodes.push(
      startMachineNode({
        ...machineOf(around, machine),
        configUrl: url(configPath(machine.name)),
        apiServer: url(""),
        kubernetesReady: () => members.isReady(machine.name),
        members: () => knownMembers(spec, members, machine.name),
        setLabels: (labels) => members.setLabels(machine.name, labels),
        onLan: (line) => lan.plug(machine.name, line),
        onConsole: (text) => console.write(text),
        say: (text) => events.push({ at: Date.now(), machine: machine.name, text }),
      }),
    );
  }
  const servers = await serveTalos(nodes, ca);
  const api = await startApiServer(ca, members);
  await writeClients(around, { ca, servers, kubernetes: api.url });
  return {
    now: (index) => Promise.resolve(nowOf(nodes[index], members)),
    link: (index) => nodes[index]?.machine()?.link,
    pids: () => nodes.flatMap((node) => node.machine()?.pid ?? []),
    service: () => ({ address: members.service.address, endpoints: members.service.endpoints() }),
    events,
    traffic: lan.traffic,
    restart: (name, imageRole) => restart(around, nodes, { name, imageRole }),
    close: async () => {
      for (const node of nodes) node.stop();
      await Promise.all(nodes.map(({ stopped }) => stopped));
      lan.close();
      door.close();
      api.close();
      await Promise.all(servers.map((server) => server.close()));
      await Promise.all(consoles.map((console) => console.end()));
    },
  };
}

function nowOf(node: MachineNode | undefined, members: Members): MachineNow {
  const boot = node?.boot();
  const name = node?.options.name ?? "";
  return {
    image: node?.imageRole() ?? "",
    stage: boot?.stage() ?? (node?.machine() ? "starting" : "off"),
    kubernetesReady: members.isReady(name),
    pod: members.podOf(name),
    boots: node?.history().length ?? 0,
    services: boot ? extensionServices(boot) : [],
  };
}

const extensionServices = ({ states }: Boot): MachineNow["services"] =>
  states
    .ids()
    .filter((id) => id.startsWith("ext-"))
    .map((id) => ({ id, state: states.state(id) ?? "", message: states.message(id) }));

/** As discovery would tell a machine: itself, and whoever has been heard. */
function knownMembers({ machines }: LabSpec, members: Members, own: string) {
  const heard = new Set([own, ...members.nodes().map(({ metadata }) => metadata.name)]);
  return machines
    .filter(({ name }) => heard.has(name))
    .map(({ name, addresses, controlPlane }) => ({ name, address: addresses.node, controlPlane }));
}

const memberOf = ({ name, role, addresses, serves }: MachineSpec) => ({
  name,
  role,
  serves,
  address: addresses.node,
  podNetwork: addresses.podNetwork,
  pod: addresses.pod,
});

const machineOf = ({ state, spec }: Surroundings, machine: MachineSpec) => ({
  name: machine.name,
  address: machine.addresses.node,
  arch: machine.arch,
  talosVersion: spec.talosVersion,
  controlPlane: machine.controlPlane,
  image: { role: machine.role, disk: diskFile(state, machine.role, machine.arch) },
  folder: machineFolder(state, machine.name),
  memoryMiB: spec.memoryMiB,
  network: machine.addresses.cards,
  ...(spec.bootLimitMs === undefined ? {} : { bootLimitMs: spec.bootLimitMs }),
});

/** The stand-in for Kubernetes and the door through which machines reach it. */
async function openMembers({ state, spec, tailnet }: Surroundings) {
  const members: Members = clusterMembers({
    members: spec.machines.map(memberOf),
    services: spec.network.services,
    service: spec.network.service,
    moduleUrl: () => url(modulePath),
  });
  const door: GuestDoor = await openGuestDoor({
    module: workloadModule(),
    // Read when it is asked for: a config that was changed counts from the next boot on, as on a machine that is booted by network.
    config: async (machine) => {
      const text = await readFile(configFile(state, machine), "utf8").catch(() => undefined);
      if (!text?.includes(tailnetKeyPlace)) return text;
      return text.replaceAll(tailnetKeyPlace, (await tailnet?.newKey()) ?? "none");
    },
    heartbeat: (machine, body) => members.heartbeat(machine, body),
  });
  const url = (path: string): string => `http://${hostAddress}:${door.port}${path}`;
  return { door, members, url };
}

interface Reached {
  ca: CertificateAuthority;
  servers: readonly TalosServer[];
  kubernetes: string;
}

const writeClients = ({ state, spec }: Surroundings, { ca, servers, kubernetes }: Reached): Promise<void> =>
  writeClientFiles(state, {
    ca,
    endpoints: spec.machines.flatMap(({ controlPlane }, index) =>
      controlPlane ? [`127.0.0.1:${servers[index]?.port}`] : [],
    ),
    nodes: spec.machines.map(({ addresses }) => addresses.node),
    kubernetes,
  });

/** One server for each node, as on a real cluster; each answers for itself, control planes forward. */
const serveTalos = (nodes: readonly MachineNode[], ca: CertificateAuthority): Promise<TalosServer[]> =>
  Promise.all(
    nodes.map(async (node) =>
      startTalosServer({
        handlers: nodeHandlers(node, () => nodes),
        identity: await ca.server({ names: [node.options.address, "127.0.0.1"] }),
        ca: ca.certificate,
        host: "127.0.0.1",
        port: 0,
      }),
    ),
  );

function restart(
  { state, spec }: Surroundings,
  nodes: readonly MachineNode[],
  { name, imageRole }: { name: string; imageRole: string | undefined },
): boolean {
  const node = nodes.find(({ options }) => options.name === name);
  const machine = spec.machines.find((one) => one.name === name);
  if (!node || !machine) return false;
  node.restart(
    imageRole === undefined ? undefined : { role: imageRole, disk: diskFile(state, imageRole, machine.arch) },
  );
  return true;
}
