import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emit } from "../../events.ts";
import type { Arch } from "../../talos/arch.ts";
import { startBoot } from "../node/boot.ts";
import { scaledClock } from "../node/clock.ts";
import type { BootableAsset } from "./built-asset.ts";
import { guestAgent } from "./guest-agent.ts";
import { bootMedium } from "./medium.ts";
import { startMachine, type VirtualMachine } from "./machine.ts";
import { mountedLayers, ownModules, readImage } from "./read-image.ts";
import { settle } from "./settle.ts";

/** What a booted machine of a role shows. */
export interface BootReport {
  role: string;
  /** What it was started from. */
  asset: BootableAsset;
  kernelRelease: string;
  /** Names of the extensions whose layers are mounted, lowest first; `modules.dep` is not among them. */
  layers: string[];
  /** Every service of an extension. `waitingFor` is Talos' own text, null for one that does not wait. */
  services: { id: string; state: string; message: string; waitingFor: string | null }[];
  /** Kernel modules of the role that are live. */
  modules: string[];
  /** Modules that were asked for and did not load, with the reason. */
  failedModules: { name: string; reason: string }[];
  /** Until the booted kernel had written its first line on the serial console; null where it wrote none. */
  consoleSeconds: number | null;
  /** Until the services had settled. Both from the start of the command's work, with the making of the boot disk. */
  seconds: number;
  /** What in this machine only stands in for the real thing. */
  standIns: string[];
}

interface BootOptions {
  role: string;
  arch: Arch;
  /** What it is started from, and where that lies. */
  asset: BootableAsset;
  path: string;
  talosVersion: string;
  /** Modules to load, as a machine config would list them; by default those that are called like an extension of the image. */
  modules?: readonly string[];
  emit: Emit;
  timeoutMs?: number;
  onConsole?: (text: string) => void;
  signal?: AbortSignal;
}

const waitingPrefix = "Waiting for ";

/** Boots a role's UKI, ISO or disk image in a machine of its own, lets the node start what it may start, and says what came of it. */
export async function bootRole(options: BootOptions): Promise<BootReport> {
  const started = performance.now();
  options.emit({
    type: "step-started",
    id: "boot",
    label: `booting ${options.role} (${options.arch}) in QEMU`,
  });
  const folder = await mkdtemp(join(tmpdir(), "talos-roles-vm-"));
  try {
    const medium = await bootMedium({ ...options, folder });
    const watch = kernelWatch(started, options.onConsole);
    const machine = await startMachine({ ...options, ...medium, folder, onConsole: watch.take });
    // QEMU has everything open: nothing is left in the folder where this process is killed from now on.
    await rm(folder, { recursive: true, force: true });
    const observed = await observeBoot(options, machine, started).finally(() => void machine.stop());
    const report = { ...observed, consoleSeconds: watch.seconds() };
    options.emit({
      type: "step-finished",
      id: "boot",
      label: `booted ${options.role}`,
      seconds: report.seconds,
      cached: false,
    });
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A line of the kernel's own log, which firmware and boot loader do not write. */
const kernelLine = /^\[ *\d+\.\d+\]/m;

/** Passes on what comes on the console, and notes when the kernel first spoke. */
function kernelWatch(started: number, listener?: (text: string) => void) {
  let seen: number | null = null;
  let tail = "";
  return {
    take: (text: string): void => {
      tail = (tail + text).slice(-400);
      if (seen === null && kernelLine.test(tail)) seen = performance.now();
      listener?.(text);
    },
    seconds: (): number | null => (seen === null ? null : Math.round((seen - started) / 100) / 10),
  };
}

async function observeBoot(
  options: BootOptions,
  { hello, link }: VirtualMachine,
  started: number,
): Promise<Omit<BootReport, "consoleSeconds">> {
  const image = await readImage(link, {
    talosVersion: options.talosVersion,
    kernelRelease: hello.kernelRelease,
  });
  const mounted = await mountedLayers(link);
  const modules = options.modules ?? (await ownModules(link, image));
  const agent = guestAgent(link);
  const boot = startBoot({ ...nodeOptions(options, modules), image, machine: () => agent }, image);
  try {
    const moduleState = async () =>
      moduleReport(modules, await agent.modules(), boot.log.lines("controller-runtime"));
    const settledAt = await settle(boot.states, {
      pending: async () => (await moduleState()).failedModules.some(({ reason }) => reason === notYet),
      signal: options.signal,
    });
    return {
      role: options.role,
      asset: options.asset,
      kernelRelease: hello.kernelRelease,
      // The list is in mounting order; a layer beyond what is mounted is not there.
      layers: image.extensions.slice(0, mounted).map(({ name }) => name),
      services: extensionServices(boot.states),
      ...(await moduleState()),
      seconds: Math.round((settledAt - started) / 100) / 10,
      standIns: standIns(image.extensions),
    };
  } finally {
    boot.stop();
  }
}

/** A machine of no cluster, without a machine config but for its modules. */
const nodeOptions = ({ role, arch }: BootOptions, modules: readonly string[]) => ({
  name: role,
  address: "10.0.2.15",
  arch,
  mode: "metal",
  config: {
    controlPlane: false,
    modules: modules.map((name) => ({ name, parameters: [] })),
    serviceConfigs: [],
    labels: {},
  },
  features: { finishedCountsAsUp: false, moduleResource: "KernelModuleStatuses" as const },
  clock: scaledClock(),
});

/** What is said of a module that is neither live nor known to have failed. */
const notYet = "it is not live";

function moduleReport(
  asked: readonly string[],
  modules: { name: string }[],
  log: string[],
): Pick<BootReport, "modules" | "failedModules"> {
  const live = new Set(modules.map(({ name }) => name));
  const isLive = (name: string) => live.has(name.replaceAll("-", "_"));
  return {
    modules: asked.filter(isLive),
    failedModules: asked
      .filter((name) => !isLive(name))
      .map((name) => ({
        name,
        reason: log.findLast((line) => line.includes(`"${name}"`)) ?? notYet,
      })),
  };
}

type States = ReturnType<typeof startBoot>["states"];

const extensionServices = (states: States): BootReport["services"] =>
  states
    .ids()
    .filter((id) => id.startsWith("ext-"))
    .map((id) => {
      const state = states.state(id) ?? "unknown";
      const message = states.message(id);
      return {
        id,
        state,
        message,
        waitingFor: message.startsWith(waitingPrefix) ? message.slice(waitingPrefix.length) : null,
      };
    });

const standIns = (extensions: { name: string; description: string; author: string }[]): string[] =>
  extensions
    .filter(({ description, author }) => /stand-in/i.test(`${description} ${author}`))
    .map(({ name, description }) => `${name}: ${description.trim()}`);
