import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type StartOptions, startedEnvironment } from "./cli.ts";

const root = join(import.meta.dirname, "..", "..");

export interface CompiledCli {
  start: (args: readonly string[], options: StartOptions) => ChildProcess;
  remove: () => Promise<void>;
}

/** The program compiled as for its package, beside what it looks for there: for tests that start it a hundred times, since each start from source compiles it anew. */
export async function compiledCli(): Promise<CompiledCli> {
  const folder = await mkdtemp(join(tmpdir(), "compiled-"));
  for (const name of ["node_modules", "package.json", "src", "tests"])
    await symlink(join(root, name), join(folder, name));
  const tsc = join(root, "node_modules", ".bin", "tsc");
  await promisify(execFile)(tsc, ["-p", "tsconfig.build.json", "--outDir", join(folder, "dist")], {
    cwd: root,
  });
  return {
    start: (args, options) =>
      spawn(process.execPath, [join(folder, "dist", "cli", "bin.js"), ...args], startedEnvironment(options)),
    remove: () => rm(folder, { recursive: true }),
  };
}
