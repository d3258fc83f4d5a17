import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tools, type ToolName } from "../formats/tools.ts";

/** A process for certain: its number may be given to another one later, but not with the same time of start. */
export interface ProcessId {
  pid: number;
  /** Clock ticks since the machine started (proc(5), `starttime`). */
  started: string;
}

interface BoundOptions {
  stdio: StdioOptions;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the kernel sends it; a program that has to clear up is only asked to end. Default: KILL. */
  deathSignal?: "KILL" | "TERM";
}

/**
 * Starts a program that ends with this one, even where this one is killed: the kernel sends it a signal (prctl(2), PR_SET_PDEATHSIG).
 * Nothing that the lab starts can outlive the process that looks after it.
 */
export function spawnBound(
  command: string,
  args: readonly string[],
  { stdio, cwd, env, deathSignal = "KILL" }: BoundOptions,
): ChildProcess {
  return spawn(tools.setpriv.command, ["--pdeathsig", deathSignal, "--", command, ...args], {
    stdio,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
}

/** As `spawnBound`, for a program of the list of tools. */
export const spawnTool = (name: ToolName, args: readonly string[], options: BoundOptions): ChildProcess =>
  spawnBound(tools[name].command, args, options);

/** The process with this number now; undefined where there is none, or it has ended and only its parent does not know yet. */
export async function processId(pid: number): Promise<ProcessId | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in brackets, and may hold anything.
  const [state, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const started = rest[18];
  return started === undefined || state === "Z" ? undefined : { pid, started };
}

/** Whether this very process still runs. */
export async function isAlive({ pid, started }: ProcessId): Promise<boolean> {
  return (await processId(pid))?.started === started;
}

const pollMs = 50;

/** Asks a process to end, waits, and ends it. Another process that has its number by now is left alone. */
export async function endProcess(process_: ProcessId, { graceMs = 10_000 } = {}): Promise<void> {
  if (!(await isAlive(process_))) return;
  signal(process_.pid, "SIGTERM");
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline) {
    if (!(await isAlive(process_))) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  if (await isAlive(process_)) signal(process_.pid, "SIGKILL");
  while (await isAlive(process_)) await new Promise((resolve) => setTimeout(resolve, pollMs));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
