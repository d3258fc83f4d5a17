// Runs a program and watches what it and its children take.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Measured {
  seconds: number;
  /** Most memory of the whole tree at one moment, its shared pages counted once. */
  peakMiB: number;
  out: string;
}

/** Errors: the program ends with another status than 0. */
export async function measured(
  command: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env?: Record<string, string> },
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  let peak = 0;
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  const timer = setInterval(() => (peak = Math.max(peak, treeKib(child.pid!))), 100);
  const status = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(timer);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(status)}`);
  return { seconds: (performance.now() - started) / 1000, peakMiB: peak / 1024, out };
}

/** Proportional set sizes, so that what processes share is counted once. */
function treeKib(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = text(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid === root || (pid !== undefined && pid > 1 && isBelow(parents.get(pid)));
  return [...parents.keys()]
    .filter(isBelow)
    .reduce(
      (sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(text(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
      0,
    );
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
