import { execFile, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ended } from "./cli.ts";

const root = join(import.meta.dirname, "..", "..");

/** The program as it is published: run by node alone, so that what is measured is its own. */
export interface BuiltCli {
  /** Runs a command line; its status, and its peak memory in MiB. */
  run(args: readonly string[], cwd: string): Promise<{ status: number | null; err: string; peak: number }>;
  remove(): Promise<void>;
}

const wrapper = `
import { main } from "./dist/cli/main.js";
process.once("exit", () => process.stderr.write("\\nPEAK " + process.resourceUsage().maxRSS + "\\n"));
process.exitCode = await main(process.argv.slice(2));
`;

/** Compiles the program into a folder of its own, where it finds the dependencies of this one. */
export async function buildCli(): Promise<BuiltCli> {
  await mkdir(join(root, "out"), { recursive: true });
  const folder = await mkdtemp(join(root, "out", "measured-"));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", join(folder, "dist")];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  await copyFile(join(root, "package.json"), join(folder, "package.json"));
  await writeFile(join(folder, "measured.mjs"), wrapper);
  return {
    async run(args, cwd) {
      // What watches the tests must not be measured with it.
      const { NODE_V8_COVERAGE: _coverage, NODE_OPTIONS: _options, ...env } = process.env;
      const child = spawn(process.execPath, [join(folder, "measured.mjs"), ...args], { cwd, env });
      const { status, err } = await ended(child);
      return { status, err, peak: Number(/PEAK (\d+)/.exec(err)?.[1]) / 1024 };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
