import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { RolesError } from "../../errors.ts";
import type { Arch } from "../../talos/arch.ts";
import { guestConfig } from "./guest-config.ts";
import { type Boot, startBoot } from "../node/boot.ts";
import type { NodeConfig, NodeImage, NodeOptions } from "../node/model.ts";
import type { TalosNodeMachine } from "../node/node.ts";
import { makeEphemeralDisk } from "./ephemeral-disk.ts";
import { guestAgent } from "./guest-agent.ts";
import { applyConfig, fetchConfig, introduceKubelet } from "./guest-setup.ts";
import { startMachine, type VirtualMachine } from "./machine.ts";
import type { MachineNetwork } from "./qemu.ts";
import { describe, labelsOf } from "./node-options.ts";
import { readImage } from "./read-image.ts";

/** What a machine boots: the image of a role. */
export interface BootImage {
  role: string;
  /** Path of its boot disk. */
  disk: string;
}

export interface MachineNodeOptions {
  name: string;
  /** On the lab's switch. */
  address: string;
  arch: Arch;
  talosVersion: string;
  /** Before the machine has told what its config says. */
  controlPlane: boolean;
  image: BootImage;
  /** Where the machine keeps what is its own. */
  folder: string;
  memoryMiB: number;
  network: MachineNetwork;
  /** As the guest sees it. */
  configUrl: string;
  /** As the guest's kubelet sees it. */
  apiServer: string;
  kubernetesReady(): boolean;
  /** Itself and the members of the cluster that are known by now. */
  members(): NonNullable<NodeConfig["members"]>;
  /** Told of the labels of the node whenever the machine has booted. */
  setLabels(labels: Record<string, string>): void;
  onLan: (lan: Duplex) => void;
  onConsole: (text: string) => void;
  /** What happens to the machine, in a few words. */
  say: (text: string) => void;
  bootLimitMs?: number;
  bootTimeoutMs?: number;
}

/** A node whose machine runs in QEMU. */
export interface MachineNode extends TalosNodeMachine {
  /** Undefined while the machine is off. */
  machine(): VirtualMachine | undefined;
  /** Role of the image that was booted last. */
  imageRole(): string;
  /** Boots again; with `image` as after an upgrade, which falls back when the boot fails. */
  restart(image?: BootImage): void;
  /** Resolves when the machine is off for good. */
  stopped: Promise<void>;
}

/** After a boot that did not even come to the guest's first word. */
const retryMs = 3000;

/** Powers a machine on and keeps it on: after a boot that failed, a reboot or a crash it boots again. */
export function startMachineNode(options: MachineNodeOptions): MachineNode {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const now: Now = {
    image: options.image,
    fallback: undefined,
    node: describe(options),
    history: [],
    interrupt: () => {},
  };
  const stopped = live(options, now, ending.signal);
  return {
    get options() {
      return now.node;
    },
    boot: () => now.boot,
    history: () => now.history,
    machine: () => now.vm,
    imageRole: () => now.image.role,
    restart: (next) => {
      if (next) {
        now.fallback = now.image;
        now.image = next;
      }
      now.interrupt();
    },
    stop: () => ending.abort(),
    stopped,
  };
}

/** What changes while a machine lives. */
interface Now {
  image: BootImage;
  fallback: BootImage | undefined;
  node: NodeOptions;
  vm?: VirtualMachine | undefined;
  boot?: Boot | undefined;
  history: { bootId: string; image: NodeImage }[];
  /** Ends the boot that is going on. */
  interrupt: () => void;
}

async function live(options: MachineNodeOptions, now: Now, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    try {
      await oneBoot(options, now, ending);
    } catch (error) {
      if (ending.aborted) return;
      options.say(error instanceof RolesError ? error.message : String(error));
      await now.node.clock.sleep(retryMs, ending);
    }
  }
}

/** From power on to power off. */
async function oneBoot(options: MachineNodeOptions, now: Now, ending: AbortSignal): Promise<void> {
  const power = new AbortController();
  const before = now.fallback;
  setMaxListeners(0, power.signal);
  const told = new Promise<"restart">((resolve) => {
    now.interrupt = () => resolve("restart");
  });
  const cut = (): void => power.abort();
  ending.addEventListener("abort", cut, { once: true });
  void told.then(cut);
  try {
    const end = await whileOn(options, now, { told, signal: power.signal });
    options.say(endings[end]);
    if (end === "failed") fallBack(options, now);
    // An upgrade that was ordered in this boot has its own way back, which this boot says nothing about.
    else if (now.fallback === before && now.boot?.stage() === "running") now.fallback = undefined;
  } finally {
    ending.removeEventListener("abort", cut);
    now.boot?.stop();
    now.boot = undefined;
    await now.vm?.stop();
    now.vm = undefined;
  }
}

async function whileOn(
  options: MachineNodeOptions,
  now: Now,
  { told, signal }: { told: Promise<"restart">; signal: AbortSignal },
): Promise<keyof typeof endings> {
  await makeEphemeralDisk(ephemeralOf(options));
  const vm = await startMachine(machineOptions(options, now.image.disk, signal));
  now.vm = vm;
  const off = aborted(signal);
  const started = await Promise.race([bringUp(options, vm, signal), off.then(interrupted)]);
  now.node = { ...describe(options, started.config), image: started.image };
  const boot = started.boot(now.node);
  now.boot = boot;
  now.history.push({ bootId: boot.bootId, image: started.image });
  options.setLabels(labelsOf(now.node.config, started.image));
  return Promise.race([
    boot.failed.then(() => "failed" as const),
    vm.ended.then(() => "off" as const),
    told,
    off,
  ]);
}

const aborted = (signal: AbortSignal): Promise<"stopped"> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve("stopped");
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
  });

const interrupted = (): never => {
  throw new RolesError("BUILD_INTERRUPTED", "the machine was stopped before it was up");
};

/** What a boot loader does after an upgrade that did not come up. */
function fallBack({ say }: MachineNodeOptions, now: Now): void {
  if (now.fallback) {
    say(`the upgrade is undone: it boots the image of ${now.fallback.role} again`);
    now.image = now.fallback;
  }
  now.fallback = undefined;
}

const endings = {
  failed: "its boot failed: it boots again",
  off: "it went off by itself: it boots again",
  restart: "it boots again, as it was told",
  stopped: "it is off",
} as const;

const ephemeralOf = ({ folder }: MachineNodeOptions): string => join(folder, "ephemeral.img");

const machineOptions = (options: MachineNodeOptions, disk: string, signal: AbortSignal) => ({
  folder: options.folder,
  disk,
  ephemeral: ephemeralOf(options),
  arch: options.arch,
  memoryMiB: options.memoryMiB,
  network: options.network,
  kernelArguments: [`talos.config=${options.configUrl}`],
  onLan: options.onLan,
  onConsole: options.onConsole,
  timeoutMs: options.bootTimeoutMs ?? 300_000,
  signal,
});

/** From the guest's first word to what its node needs: its config, put in place, and its image. */
async function bringUp(options: MachineNodeOptions, { link, hello }: VirtualMachine, signal: AbortSignal) {
  const { url, text } = await fetchConfig(link, signal);
  const config = guestConfig(text, url);
  await applyConfig(link, config);
  await introduceKubelet(link, { server: options.apiServer, node: options.name });
  const { talosVersion } = options;
  const image = await readImage(link, { talosVersion, kernelRelease: hello.kernelRelease });
  const agent = {
    ...guestAgent(link),
    kubernetesReady: () => Promise.resolve(options.kubernetesReady()),
  };
  return {
    config,
    image,
    boot: (node: NodeOptions) => startBoot({ ...node, machine: () => agent }, image),
  };
}
