import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { toolPath } from "../formats/run-tool.ts";
import { tools } from "../formats/tools.ts";

export interface Surroundings {
  /** What was changed, and what could not be, in words. */
  changed: string[];
  unchanged: string[];
}

/** Surroundings in which two machines differ, as far as one process can change its own. */
const elsewhere = { TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", HOME: "/nonexistent" };
/**
 * Runs `work` with another time zone, language, home and umask, and on one processor. Everything is as it was when this returns or throws.
 * The user stays: a process can only change half of it and change it back, and tools such as mtools behave otherwise under half a user.
 */
export async function inOtherSurroundings<T>(work: (surroundings: Surroundings) => Promise<T>): Promise<T> {
  const said: Surroundings = {
    changed: ["time zone, language, home and umask"],
    unchanged: ["the user"],
  };
  const backProcessors = await onOneProcessor(said);
  const backEnvironment = changeEnvironment();
  try {
    return await work(said);
  } finally {
    backEnvironment();
    await backProcessors();
  }
}

function changeEnvironment(): () => void {
  const before = { ...process.env };
  const umask = process.umask(0o077);
  Object.assign(process.env, elsewhere);
  return () => {
    process.umask(umask);
    for (const name of Object.keys(elsewhere)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  };
}

/** All threads of this process, and with them the programs that it starts. */
async function onOneProcessor({ changed, unchanged }: Surroundings): Promise<() => Promise<void>> {
  const nothing = (): Promise<void> => Promise.resolve();
  const count = availableParallelism();
  if (count < 2) {
    unchanged.push("the number of processors, of which there is one");
    return nothing;
  }
  try {
    const before = (await taskset("-cp", String(process.pid))).replace(/^.*: */s, "").trim();
    const set = async (list: string): Promise<void> =>
      void (await taskset("-acp", list, String(process.pid)));
    await set(/^\d+/.exec(before)![0]);
    changed.push(`one processor instead of ${count}`);
    return () => set(before);
  } catch {
    unchanged.push("the number of processors, because taskset is missing or not allowed here");
    return nothing;
  }
}

const taskset = async (...args: string[]): Promise<string> => {
  const env = { PATH: toolPath(), LC_ALL: "C" };
  return (await promisify(execFile)(tools.taskset.command, args, { env })).stdout;
};
