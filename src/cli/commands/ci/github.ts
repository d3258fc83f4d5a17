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

const usualPath = ".github/workflows/talos-images.yaml";

export const githubCommand = () =>
  command("github", {
    summary: "the workflow of GitHub Actions: lock, check, build, read back, push, attest, merge",
    examples: [
      [`talos-roles ci github --out ${usualPath}`, "one job per role and architecture"],
      ["talos-roles ci github --engine cozystack", "by CozyStack's own build machinery, patched"],
      [`talos-roles ci github --out ${usualPath} --check`, "in CI: fails when roles.yaml asks for another"],
    ],
  })
    .addOption(fileOption())
    .addOption(engineOption())
    .addOption(shardsOption())
    .addOption(cacheOption())
    .option("--runner <label>", "label of the runners")
    .option("--arm-runner <label>", "build arm64 there; without it, it is built on the other runners too")
    .addOption(mirrorOption())
    .option("--out <file>", "write it to a file")
    .option("--check", "compare it with the file that --out names")
    .action(async ({ out, check, ...flags }) => {
      const { loadRoles } = await import("../../../roles/load.ts");
      const { githubWorkflow } = await import("../../../ci/github/workflow.ts");
      const options = pipelineOptions("github", await loadRoles(flags.file), flags);
      const text = githubWorkflow(options, out ?? usualPath);
      await writePipeline(text, { out, check, commandLine: options.commandLine });
    });
