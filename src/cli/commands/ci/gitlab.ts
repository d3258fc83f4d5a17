import { command } from "../../command.ts";
import {
  cacheOption,
  engineOption,
  fileOption,
  mirrorOption,
  pipelineOptions,
  shardsOption,
} from "./pipeline-options.ts";
import { writePipeline } from "./write-pipeline.ts";

export const gitlabCommand = () =>
  command("gitlab", {
    summary: "the same as a child pipeline of GitLab",
    examples: [
      ["talos-roles ci gitlab --out talos-images.yml", "in the parent's job, before it triggers the child"],
      ["talos-roles ci gitlab --parent", "the parent's jobs, to begin with"],
    ],
  })
    .addOption(fileOption())
    .addOption(engineOption())
    .addOption(shardsOption())
    .addOption(cacheOption())
    .addOption(mirrorOption())
    .option("--parent", "print the parent's jobs, which write and trigger the child")
    .option("--out <file>", "write it to a file")
    .action(async ({ out, parent, ...flags }) => {
      const { loadRoles } = await import("../../../roles/load.ts");
      const { requireLock } = await import("../../../catalog/update-lock.ts");
      const { keyedMatrix } = await import("../../../ci/matrix.ts");
      const { gitlabParent, gitlabPipeline } = await import("../../../ci/gitlab.ts");
      const roles = await loadRoles(flags.file);
      const options = pipelineOptions("gitlab", roles, flags);
      const text = parent
        ? gitlabParent(options)
        : gitlabPipeline({ ...options, entries: keyedMatrix(roles, await requireLock(roles)) });
      await writePipeline(text, { out, commandLine: options.commandLine });
    });
