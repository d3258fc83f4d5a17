import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Arch } from "../../talos/arch.ts";
import { spawnTool } from "../processes.ts";
import { machineFirmware } from "../vm/firmware.ts";
import { processorArguments } from "../vm/processor.ts";
import { type Forward, lanDescriptor, type MachineNetwork, qemuArguments, qemuTool } from "../vm/qemu.ts";

export interface RealMachineOptions {
  name: string;
  arch: Arch;
  /** qcow2, the machine's own. */
  disk: string;
  /** Where it keeps its UEFI variables. */
  folder: string;
  memoryMiB: number;
  network: MachineNetwork;
  forwards: readonly Forward[];
  /** As the guest sees it. */
  configUrl: string;
  onLan: (lan: Duplex) => void;
  onConsole: (text: string) => void;
  say: (text: string) => void;
}

/** A machine that runs real Talos. What goes on in it, only its own API tells. */
export interface RealMachine {
  pid(): number | undefined;
  boots(): number;
  restart(): void;
  stop(): void;
  /** Resolves when it is off for good. */
  stopped: Promise<void>;
}

/** QEMU that ends at once is not started again and again without a breath. */
const breathMs = 2000;

/** Powers it on, and on again whenever it goes off: QEMU ends where Talos reboots. */
export function startRealMachine(options: RealMachineOptions): RealMachine {
  const ending = new AbortController();
  const now: Now = { boots: 0, pid: undefined, off: () => {} };
  const stopped = live(options, now, ending.signal);
  return {
    pid: () => now.pid,
    boots: () => now.boots,
    restart: () => now.off(),
    stop: () => {
      ending.abort();
      now.off();
    },
    stopped,
  };
}

interface Now {
  boots: number;
  pid: number | undefined;
  off: () => void;
}

async function live(options: RealMachineOptions, now: Now, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    await oneBoot(options, now, ending).catch((error: unknown) => options.say(String(error)));
    now.pid = undefined;
    if (ending.aborted) return;
    options.say("it went off: it boots again");
    await sleep(breathMs, undefined, { signal: ending }).catch(() => {});
  }
}

async function oneBoot(options: RealMachineOptions, now: Now, ending: AbortSignal): Promise<void> {
  const { arch, folder } = options;
  const firmware = await machineFirmware(arch, folder);
  const args = qemuArguments({
    ...options,
    processor: await processorArguments(arch, firmware.code),
    firmware,
    disk: options.disk,
    own: true,
    agent: false,
    // The names of the two cards are then those of the machine config.
    kernelArguments: [`talos.config=${options.configUrl}`, "net.ifnames=0"],
  });
  if (ending.aborted) return;
  const child = spawnTool(qemuTool(arch), args, { stdio: ["ignore", "pipe", "pipe", "ignore", "pipe"] });
  now.pid = child.pid;
  now.boots += 1;
  now.off = () => void child.kill("SIGKILL");
  const lan = child.stdio[lanDescriptor] as Duplex;
  lan.on("error", () => {});
  options.onLan(lan);
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => options.onConsole(chunk.toString("utf8")));
  await new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.on("error", () => resolve());
  });
}
