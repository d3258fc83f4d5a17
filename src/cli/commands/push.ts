import { command } from "../command.ts";
import {
  archOption,
  fileOption,
  insecureOption,
  jsonOption,
  progressOption,
  shardOption,
} from "../options.ts";
import { openOutput } from "../output.ts";
import { withClient } from "../registry.ts";

export const pushCommand = () =>
  command("push", {
    summary: "installer images to the registry, under the names that upgrades use",
    examples: [
      ["talos-roles push", "the installers of all roles, to `images.registry` of roles.yaml"],
      ["talos-roles push gateway --json", "one role; digests as JSON"],
      ["talos-roles push --to 127.0.0.1:5000/moon", "to another registry, here one on this computer"],
    ],
  })
    .argument("[roles...]", "these roles only")
    .addOption(fileOption())
    .option("--out <folder>", "where the build put its record", "out")
    .option("--to <host/path>", "push here instead of to `images.registry`")
    .option("--source <url>", "where the sources are; default: what the CI's environment says")
    .addOption(archOption())
    .addOption(shardOption())
    .addOption(insecureOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async (only, { file, out, to, source, arch, shard, insecure, ...options }) => {
      const output = openOutput(options);
      const { loadRoles } = await import("../../roles/load.ts");
      const { chosenRoles } = await import("../../roles/choose.ts");
      const { freshLock } = await import("../../catalog/update-lock.ts");
      const { readRecord } = await import("../../image/record.ts");
      const { planPush } = await import("../../image/push/plan-push.ts");
      const { pushRoles } = await import("../../image/push/push-roles.ts");
      const { pushReport } = await import("../../report/push.ts");
      const { sourceUrl } = await import("../../image/push/source-url.ts");
      const loaded = await loadRoles(file);
      const roles = to === undefined ? loaded : { ...loaded, images: { ...loaded.images, registry: to } };
      const items = planPush({
        roles,
        lock: await freshLock(loaded),
        record: await readRecord(out),
        only: chosenRoles(roles, only),
        arch,
        shard,
        source: source ?? sourceUrl(process.env),
      });
      // What is pushed is looked for where it is pushed to: never in a mirror.
      const images = await withClient({ mirror: {}, insecure }, (client) =>
        pushRoles(items, { client, out, ...output }),
      );
      output.result({ images }, pushReport);
    });
