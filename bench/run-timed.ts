// Runs a program with its output shown, and tells how long it took.
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

export interface Timed {
  status: number;
  seconds: number;
}

export async function timed(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Timed> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  return { status, seconds: (performance.now() - started) / 1000 };
}

/** `7 min 3 s`. */
export const minutesText = (seconds: number): string =>
  `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
