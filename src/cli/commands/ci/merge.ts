import { dirname } from "node:path";
import { RolesError } from "../../../errors.ts";
import { command } from "../../command.ts";
import { fileOption, jsonOption, mirrorOption } from "../../options.ts";
import { openOutput } from "../../output.ts";
import { withClient } from "../../registry.ts";

export const mergeCommand = () =>
  command("merge", {
    summary: "joins the records of all jobs; fails when a role or an output is missing",
    examples: [
      ["talos-roles ci merge records --out build-record.json --page images.md", "after the jobs of a matrix"],
    ],
  })
    .argument("<paths...>", "folders with build records, at any depth")
    .addOption(fileOption())
    .option("--out <file>", "where the merged record goes", "build-record.json")
    .option("--page <file>", "write the page of images, too")
    .option("--pushed", "fail where an image was not pushed: push.json lies beside each record")
    .option("--offline", "ask no registry for what was published before, and no job built")
    .addOption(mirrorOption())
    .addOption(jsonOption())
    .action(async (paths, { file, out, page, mirror, offline, pushed, ...options }) => {
      const output = openOutput(options);
      const { loadRoles } = await import("../../../roles/load.ts");
      const { findRecords } = await import("../../../ci/find-records.ts");
      const { mergeRecords, unrecorded } = await import("../../../ci/merge.ts");
      const { writeRecord } = await import("../../../image/record.ts");
      const { writeFileWhole } = await import("../../../formats/files.ts");
      const { requireLock } = await import("../../../catalog/update-lock.ts");
      const { publishedBefore } = await import("../../../ci/published.ts");
      const { mergeReport } = await import("../../../report/ci.ts");
      const { imagesPage } = await import("../../../report/images-page.ts");
      if (!/(?:^|[\\/])build-record\.json$/.test(out)) {
        throw new RolesError("USAGE", `--out ends in build-record.json, not ${out}`);
      }
      const roles = await loadRoles(file);
      const jobs = await findRecords(paths);
      const missing = unrecorded(roles, jobs);
      const ask = !offline && missing.length > 0;
      const lock = ask ? await requireLock(roles) : undefined;
      const published = lock
        ? await withClient({ mirror }, (client) => publishedBefore(roles, lock, missing, client))
        : new Map();
      const merged = mergeRecords(roles, jobs, { published, pushed: pushed ?? false });
      if (merged.faults.length === 0) {
        await writeRecord(dirname(out), merged.record);
        if (page !== undefined) await writeFileWhole(page, imagesPage(merged.record));
      } else output.setStatus(1);
      output.result({ ...merged, jobs: jobs.length, out }, mergeReport);
    });
