import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { numberWithin, seconds } from "../../numbers.ts";
import { command } from "../../command.ts";
import {
  cacheDirOption,
  fileOption,
  jsonOption,
  type MirrorOption,
  mirrorOption,
  progressOption,
} from "../../options.ts";
import { type Output, openOutput } from "../../output.ts";
import { withBuildSource } from "../../registry.ts";
import { stateOption } from "./state-option.ts";

export const upCommand = () =>
  command("up", {
    summary: "machines in QEMU that boot the images of your roles and form a cluster",
    examples: [
      ["talos-roles lab up", "the nodes of roles.yaml, or as few as its counts allow"],
      ["talos-roles lab up --nodes compute=2,gateway=1", "so many of each role"],
      ["talos-roles lab up --upstream real", "real Talos, where its registries can be reached; not proven"],
      ["talos-roles lab up --out out", "with the images that `talos-roles build` left there"],
      [
        "talos-roles lab up --without-config tailscale --boot-limit 90 --no-wait",
        "a boot that never completes",
      ],
    ],
  })
    .addOption(fileOption())
    .addOption(stateOption())
    .option("--nodes <counts>", "how many machines of each role: compute=2,gateway=1", parseCounts)
    .addOption(
      new Option("--upstream <upstream>", "where images come from: made here as stand-ins, or real Talos")
        .choices(["stand-in", "real"] as const)
        .default("stand-in" as const),
    )
    .addOption(mirrorOption())
    .option("--out <folder>", "boot what was built there, instead of building here")
    .option("--force", "also where a count of roles.yaml is broken; the lab shows what comes of it")
    .option("--without-config <services...>", "leave these services' documents out of every machine config")
    .option("--unapproved", "the tailnet does not approve the gateway's routes by itself")
    .option(
      "--boot-limit <seconds>",
      "seconds in which a boot has to complete, instead of 70 minutes",
      seconds,
    )
    .option(
      "--memory <MiB>",
      "memory of each machine; by default 512, or 2560 for real Talos",
      numberWithin({ from: 64, to: 1 << 20, of: "MiB" }),
    )
    .option("--no-wait", "come back when the machines are powered on, not when the cluster has formed")
    .option("--timeout <seconds>", "how long forming may take", seconds, 900)
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const output = openOutput(options);
      const { labStatusText } = await import("../../../lab/cluster/status-text.ts");
      output.result(await up(options, output), labStatusText);
    });

interface UpFlags {
  file: string;
  state: string;
  nodes?: Record<string, number>;
  out?: string;
  force?: true;
  unapproved?: true;
  withoutConfig?: string[];
  bootLimit?: number;
  memory?: number;
  upstream: "stand-in" | "real";
  mirror: MirrorOption;
  wait: boolean;
  timeout: number;
  cacheDir: string;
}

async function up(flags: UpFlags, { emit, signal }: Output) {
  const { loadRoles } = await import("../../../roles/load.ts");
  const { labUp } = await import("../../../lab/cluster/lab-up.ts");
  const { formedLab } = await import("../../formed-lab.ts");
  const { state, cacheDir, bootLimit } = flags;
  return labUp(await loadRoles(flags.file), {
    state,
    cacheDir,
    counts: flags.nodes,
    force: flags.force,
    out: flags.out,
    memoryMiB: flags.memory,
    approve: !flags.unapproved,
    withoutConfig: flags.withoutConfig ?? [],
    ...(bootLimit === undefined ? {} : { bootLimitMs: bootLimit * 1000 }),
    upstream: flags.upstream,
    withSource: (mirror, work) => withBuildSource({ mirror: { ...flags.mirror, ...mirror }, cacheDir }, work),
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? "", "lab", "supervise", "--state"],
    ...(flags.wait ? { formed: formedLab(state), timeoutMs: flags.timeout * 1000 } : {}),
    emit,
    signal,
  });
}

function parseCounts(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [, role, number] = /^([a-z][a-z0-9-]*)=(\d+)$/.exec(part.trim()) ?? [];
    if (role === undefined) throw new InvalidArgumentError("It is like compute=2,gateway=1.");
    counts[role] = Number(number);
  }
  return counts;
}
