import { command } from "../../command.ts";
import { fileOption, mirrorOption, shardOption } from "../../options.ts";
import { withClient } from "../../registry.ts";

export const matrixCommand = () =>
  command("matrix", {
    summary: "prints the matrix as one line of JSON, for any CI",
    examples: [
      ["talos-roles ci matrix", '{"variant":[{"name":"compute","extensions":"drbd zfs spin",…}]}'],
      ["talos-roles ci matrix --unpublished", "only what the registry does not have yet"],
    ],
  })
    .addOption(fileOption())
    .option("--keys", 'print only the key of each entry: {"compute-arm64": …}')
    .option("--lines", "print only role and architecture of each entry, one entry a line")
    .addOption(shardOption())
    .option("--unpublished", "leave out what the registry has, made of the same inputs")
    .addOption(mirrorOption())
    .action(async ({ file, keys, lines, shard, unpublished, mirror }) => {
      const { loadRoles } = await import("../../../roles/load.ts");
      const { requireLock } = await import("../../../catalog/update-lock.ts");
      const { entryId, keyedMatrix } = await import("../../../ci/matrix.ts");
      const { shareOf } = await import("../../../roles/shard.ts");
      const roles = await loadRoles(file);
      // The share comes first: another job may publish its own meanwhile, and every entry must stay in one share.
      const all = shareOf(keyedMatrix(roles, await requireLock(roles)), shard);
      const published = await import("../../../ci/published.ts");
      const entries = unpublished
        ? await withClient({ mirror }, (client) => published.unpublished(roles, all, client))
        : all;
      const result = keys
        ? Object.fromEntries(entries.map((entry) => [entryId(entry), entry.key]))
        : { variant: entries };
      if (lines) process.stdout.write(entries.map(({ name, arch }) => `${name} ${arch}\n`).join(""));
      else process.stdout.write(`${JSON.stringify(result)}\n`);
    });
