import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { RolesError } from "../../errors.ts";
import { missing } from "../../formats/run-tool.ts";
import type { Arch } from "../../talos/arch.ts";
import { spawnTool } from "../processes.ts";
import { machineFirmware } from "./firmware.ts";
import { guestLink, type GuestLink, type Hello } from "./guest-link.ts";
import { processorArguments } from "./processor.ts";
import { agentDescriptor, lanDescriptor, type MachineNetwork, qemuArguments, qemuTool } from "./qemu.ts";

export interface VirtualMachine {
  hello: Hello;
  link: GuestLink;
  pid: number;
  /** The end of what the machine wrote on its serial console. */
  console(): string;
  /** Resolves when the machine is off, whatever turned it off. */
  ended: Promise<void>;
  /** Turns the machine off and waits until it is. */
  stop(): Promise<void>;
}

interface StartOptions {
  /** Where the machine keeps its UEFI variables. */
  folder: string;
  /** Path of the disk that it boots, as `makeBootDisk` makes it. */
  disk: string;
  /** It lies in a CD drive; default false. */
  isCd?: boolean;
  arch: Arch;
  ephemeral?: string;
  kernelArguments?: string[];
  memoryMiB?: number;
  network?: MachineNetwork;
  /** Is given the line of the card on the lab's switch, before the machine runs. */
  onLan?: (lan: Duplex) => void;
  /** Gives up when the guest has not said hello by then. */
  timeoutMs?: number;
  onConsole?: (text: string) => void;
  signal?: AbortSignal | undefined;
}

/** Boots a disk in QEMU through UEFI firmware and waits for the guest's agent. Errors: TOOL_MISSING, GUEST_SILENT (with the end of the console), BUILD_INTERRUPTED. */
export async function startMachine(options: StartOptions): Promise<VirtualMachine> {
  const { arch, folder, disk, network, timeoutMs = 120_000, signal } = options;
  const firmware = await machineFirmware(arch, folder);
  const args = qemuArguments({
    arch,
    processor: await processorArguments(arch, firmware.code),
    firmware,
    disk,
    ephemeral: options.ephemeral,
    isCd: options.isCd ?? false,
    kernelArguments: options.kernelArguments ?? [],
    memoryMiB: options.memoryMiB ?? 1024,
    network,
  });
  const tool = qemuTool(arch);
  // Each "pipe" is one end of a socket pair: nothing of it lies in a folder.
  const child = spawnTool(tool, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe", ...(network ? (["pipe"] as const) : [])],
  });
  const ended = endOf(child);
  const output = consoleOf(child, options.onConsole);
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  try {
    if (child.pid === undefined) throw missing("setpriv");
    if (network) options.onLan?.(lineOf(child, lanDescriptor));
    const link = guestLink(lineOf(child, agentDescriptor));
    const hello = await first(link.hello, { child, timeoutMs, signal, output });
    return {
      hello,
      link,
      pid: child.pid,
      console: output,
      ended,
      stop: () => (link.close(), stop()),
    };
  } catch (error) {
    await stop();
    // The last word of setpriv where the program it was to start is not there.
    throw /setpriv: failed to execute/.test(output()) ? missing(tool) : error;
  }
}

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.on("close", () => resolve());
    child.on("error", () => resolve());
  });

function lineOf(child: ChildProcess, descriptor: number): Duplex {
  const line = child.stdio[descriptor] as Duplex;
  // A machine that goes off takes its lines with it; that is no error of this program.
  line.on("error", () => {});
  return line;
}

function consoleOf(child: ChildProcess, listener?: (text: string) => void): () => string {
  let text = "";
  const take = (chunk: Buffer): void => {
    text = (text + chunk.toString("utf8")).slice(-20_000);
    listener?.(chunk.toString("utf8"));
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  return () => text;
}

interface Waiting {
  child: ChildProcess;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  output: () => string;
}

function first(hello: Promise<Hello>, { child, timeoutMs, signal, output }: Waiting): Promise<Hello> {
  return new Promise((resolve, reject) => {
    const silent = (why: string): void => {
      const last = output().trim().split("\n").slice(-8).join("\n  ");
      reject(
        new RolesError("GUEST_SILENT", `${why}; the end of its console:\n  ${last || "nothing"}`, {
          hint: "`talos-roles boot ROLE --console` shows all of it.",
        }),
      );
    };
    const timer = setTimeout(
      () => silent(`the machine said nothing for ${Math.round(timeoutMs / 1000)} s`),
      timeoutMs,
    );
    const interrupted = (): void => reject(new RolesError("BUILD_INTERRUPTED", "the machine was stopped"));
    const settled = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", interrupted);
    };
    child.once("close", () => {
      settled();
      silent("the machine went off before it was up");
    });
    if (signal?.aborted) interrupted();
    signal?.addEventListener("abort", interrupted, { once: true });
    void hello.then(resolve).finally(settled);
  });
}
