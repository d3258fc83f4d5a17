import { arch as hostArch } from "node:os";
import type { Arch } from "../../talos/arch.ts";
import { spawnTool } from "../processes.ts";
import { qemuTool } from "./qemu.ts";

const native: Record<string, Arch> = { arm64: "arm64", x64: "amd64" };

const emulated: Record<Arch, string[]> = {
  arm64: ["-accel", "tcg", "-cpu", "cortex-a57"],
  amd64: ["-accel", "tcg", "-cpu", "max"],
};

/** Some hosts that are machines themselves announce registers that they then do not let be set. */
const accelerated = ["max", "max,-arch-capabilities"].map((cpu) => ["-accel", "kvm", "-cpu", cpu]);

const found = new Map<Arch, Promise<string[]>>();

/** QEMU's options for a processor of `arch`: with hardware acceleration where the firmware `code` runs with it, else emulated. Looks once. */
export function processorArguments(arch: Arch, code: string): Promise<string[]> {
  const candidates = native[hostArch()] === arch ? accelerated : [];
  const known = found.get(arch) ?? firstThatRuns(candidates, { arch, code });
  found.set(arch, known);
  return known;
}

interface Trial {
  arch: Arch;
  /** Path of UEFI firmware. */
  code: string;
}

/** QEMU's own fallback is no help: it takes an accelerator that is there, and stands still when that cannot run what it is given. */
export async function firstThatRuns(candidates: readonly string[][], trial: Trial): Promise<string[]> {
  for (const candidate of candidates) if (await firmwareRuns(candidate, trial)) return candidate;
  return emulated[trial.arch];
}

/** With acceleration the firmware speaks within two seconds. */
const patienceMs = 20_000;

/** Runs the firmware alone until it says what it boots. Without variables of its own it writes nowhere. */
function firmwareRuns(processor: readonly string[], { arch, code }: Trial): Promise<boolean> {
  const child = spawnTool(
    qemuTool(arch),
    [
      ["-machine", arch === "arm64" ? "virt" : "q35", ...processor, "-m", "256", "-nodefaults"],
      ["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${code}`],
      ["-display", "none", "-no-reboot", "-serial", "stdio", "-monitor", "none"],
    ].flat(),
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  return new Promise((resolve) => {
    const end = (good: boolean): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      resolve(good);
    };
    const timer = setTimeout(() => end(false), patienceMs);
    let text = "";
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      if (/KVM internal error|kvm run failed/.test(text)) end(false);
      else if (/BdsDxe|UEFI firmware/.test(text)) end(true);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.on("error", () => end(false));
    child.on("close", () => end(false));
  });
}
