import { Option } from "@commander-js/extra-typings";
import { outputs as known } from "../../roles/outputs.ts";
import { type Engine, engines } from "../../ci/options.ts";
import type { BuildOptions, BuildReport } from "../../image/build.ts";
import { buildWith } from "../build-with.ts";
import { command } from "../command.ts";
import {
  archOption,
  cacheDirOption,
  checkoutOption,
  fileOption,
  insecureOption,
  jsonOption,
  mirrorOption,
  progressOption,
  shardOption,
} from "../options.ts";
import { openOutput } from "../output.ts";
import { withBuildSource } from "../registry.ts";

const list = (value: string): string[] => value.split(/[\s,]+/).filter(Boolean);

const offlineOption = () =>
  new Option("--offline <layout>", "take every input from this mirror, and ask no registry").conflicts(
    "cache",
  );
const engineOption = () =>
  new Option("--engine <engine>", "what builds: this program, or CozyStack's own machinery, patched")
    .choices(engines)
    .default("native" as const);

export const buildCommand = () =>
  command("build", {
    summary: "all assets of all roles, in one run",
    examples: [
      ["talos-roles build", "everything that roles.yaml asks for, into out/"],
      ["talos-roles build gateway --outputs uki,installer", "a part of it"],
      ["talos-roles build --offline mirror --frozen", "without a network, from the lock as it is"],
      [
        "talos-roles build --cache ghcr.io/you/moon/cache",
        "what a colleague compressed is not compressed again",
      ],
      ["talos-roles build --engine cozystack --checkout ../cozystack", "by CozyStack's Makefile, in Docker"],
    ],
  })
    .argument("[roles...]", "these roles only")
    .addOption(fileOption())
    .addOption(new Option("--lock <path>", "the lock").default(undefined, "the one beside the roles file"))
    .option("--out <folder>", "where assets and build-record.json go", "out")
    .addOption(archOption())
    .addOption(new Option("--outputs <words>", `these outputs only: ${known.join(", ")}`).argParser(list))
    .addOption(mirrorOption())
    .addOption(insecureOption())
    .addOption(offlineOption())
    .option("--cache <repository>", "share compressed extensions with other machines through a registry")
    .addOption(engineOption())
    .addOption(checkoutOption())
    .addOption(shardOption())
    .option("--verify-reproducible", "build twice in different surroundings and compare every byte")
    .option("--frozen", "write no lock: stop where it is missing or stale")
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async (only, flags) => {
      const output = openOutput(flags);
      const { loadRolesWith } = await import("../load-roles.ts");
      const { chosenOutputs, chosenRoles } = await import("../../roles/choose.ts");
      const { buildReport } = await import("../../report/build.ts");
      const { file, checkout, out, arch, cacheDir, outputs, shard } = flags;
      const roles = await loadRolesWith(file, checkout);
      const chosen = {
        only: chosenRoles(roles, only),
        shard,
        outputs: chosenOutputs(roles, outputs, output.emit),
        arch,
      };
      const report = await withBuildSource(flags, (source, shared) =>
        lockAndBuild({ ...output, ...chosen, roles, source, shared, out, cacheDir }, flags),
      );
      output.result(report, buildReport);
    });

interface EngineFlags {
  lock?: string | undefined;
  frozen?: boolean | undefined;
  engine: Engine;
  checkout?: string | undefined;
  outputs?: string[] | undefined;
  verifyReproducible?: true | undefined;
}

async function lockAndBuild(options: Omit<BuildOptions, "lock">, flags: EngineFlags): Promise<BuildReport> {
  const { ensureLock } = await import("../../catalog/update-lock.ts");
  const { roles, source, emit, signal, cacheDir } = options;
  const lock = await ensureLock(roles, {
    client: source,
    emit,
    cacheDir,
    ...(signal ? { signal } : {}),
    mode: flags.frozen ? "frozen" : "write",
    ...(flags.lock === undefined ? {} : { path: flags.lock }),
  });
  const { engine, checkout, outputs } = flags;
  const build = { ...options, lock };
  const twice = flags.verifyReproducible === true;
  const built = await buildWith({ engine, checkout, outputsNamed: outputs !== undefined, twice }, build);
  if (twice) {
    const { verifyReproducible } = await import("../../image/verify-reproducible.ts");
    await verifyReproducible(build, built);
  }
  return built;
}
