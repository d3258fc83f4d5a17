import * as cluster from "../cluster-options.ts";
import { command } from "../command.ts";
import {
  cacheDirOption,
  fileOption,
  insecureOption,
  jsonOption,
  type MirrorOption,
  mirrorOption,
  progressOption,
} from "../options.ts";
import { openOutput, type Output } from "../output.ts";
import { withCachedSource } from "../registry.ts";

export const diffCommand = () =>
  command("diff", {
    summary: "what moved: between two locks, a lock and the registries now, or roles and a live cluster",
    examples: [
      ["talos-roles diff old.lock.json roles.lock.json", "between two locks"],
      ["talos-roles diff", "the lock of roles.yaml, and what its tags point at now"],
      ["talos-roles diff --live", "every node of the cluster, and what its role says"],
    ],
  })
    .argument("[a]", "a lock; default: that of the roles file")
    .argument("[b]", "another lock; default: what registries have now for the roles file")
    .addOption(fileOption())
    .addOption(mirrorOption())
    .addOption(insecureOption())
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .option("--live", "compare the roles with the nodes of the live cluster; it only reads")
    .addOption(cluster.talosconfigOption())
    .addOption(cluster.contextOption())
    .addOption(cluster.kubeconfigOption())
    .addOption(cluster.recordOption())
    .addOption(cluster.timeoutOption())
    .addOption(jsonOption())
    .action(async (a, b, { live, ...options }) => {
      const output = openOutput(options);
      if (live) return (await import("../run-drift.ts")).runDrift(options, output);
      return diffOfLocks({ a, b }, options, output);
    });

interface LockOptions {
  file: string;
  mirror: MirrorOption;
  insecure: readonly string[];
  cacheDir: string;
}

async function diffOfLocks(
  { a, b }: { a: string | undefined; b: string | undefined },
  { file, ...options }: LockOptions,
  output: Output,
): Promise<void> {
  const { openLock } = await import("../../catalog/lock-file.ts");
  const { diffLocks } = await import("../../catalog/diff-locks.ts");
  const { diffReport } = await import("../../report/lock.ts");
  const { loadRoles } = await import("../../roles/load.ts");
  const { lockPath } = await import("../../roles/names.ts");
  const { makeLock } = await import("../../catalog/make-lock.ts");
  const from = await openLock(a ?? lockPath(file));
  const to =
    b === undefined
      ? await withCachedSource(options, async (client) =>
          makeLock(await loadRoles(file), {
            client,
            ...output,
            cacheDir: options.cacheDir,
            update: true,
          }),
        )
      : await openLock(b);
  output.result({ changes: diffLocks(from, to) }, diffReport);
}
