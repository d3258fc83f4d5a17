// Runs the built command as a user does, and tells what it took, the start of the program included.
import { spawn } from "node:child_process";
import { join } from "node:path";

export const bin = join(import.meta.dirname, "..", "dist", "cli", "bin.js");

const meter = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write("\\nMETER" + JSON.stringify({ kibibytes: maxRSS, cpu: (userCPUTime + systemCPUTime) / 1e6 })); });`;
const preload = `data:text/javascript,${encodeURIComponent(meter)}`;

export interface Metered {
  seconds: number;
  /** Of processors. */
  cpu: number;
  mebibytes: number;
  out: string;
}

interface MeterOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Exit statuses that are right. */
  statuses?: readonly number[];
}

/** Errors: the command ends with another status. */
export async function metered(
  args: readonly string[],
  { cwd, env, statuses = [0] }: MeterOptions = {},
): Promise<Metered> {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", preload, bin, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const seconds = (performance.now() - started) / 1000;
  const text = Buffer.concat(err).toString();
  if (status === null || !statuses.includes(status))
    throw new Error(`${args.join(" ")} ended with ${String(status)}: ${text.slice(-2000)}`);
  const { kibibytes, cpu } = JSON.parse(text.slice(text.lastIndexOf("METER") + 5)) as {
    kibibytes: number;
    cpu: number;
  };
  return { seconds, cpu, mebibytes: kibibytes / 1024, out: Buffer.concat(out).toString() };
}

/** Best and median by time, and the most memory: other work on the machine only ever adds. */
export function summary(all: readonly Metered[]): { best: Metered; median: Metered; mebibytes: number } {
  const sorted = all.toSorted((one, other) => one.seconds - other.seconds);
  const [best, median] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
  if (!best || !median) throw new Error("nothing was measured");
  return { best, median, mebibytes: Math.max(...all.map((one) => one.mebibytes)) };
}

export const figures = ({ best, median, mebibytes }: ReturnType<typeof summary>): string =>
  `median ${median.seconds.toFixed(2)} s, best ${best.seconds.toFixed(2)} s, ${best.cpu.toFixed(2)} s of processor time, ${mebibytes.toFixed(0)} MiB`;

/** Calls `work` so many times, one after the other. */
export async function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let run = 0; run < count; run += 1) all.push(await work());
  return all;
}
