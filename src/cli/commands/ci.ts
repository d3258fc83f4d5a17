import { command } from "../command.ts";
import { githubCommand } from "./ci/github.ts";
import { gitlabCommand } from "./ci/gitlab.ts";
import { matrixCommand } from "./ci/matrix.ts";
import { mergeCommand } from "./ci/merge.ts";

export const ciCommand = () =>
  command("ci", {
    summary: "the pipeline that builds every role, and the record that joins its jobs",
    examples: [
      ["talos-roles ci github --out .github/workflows/talos-images.yaml", "a workflow with the role matrix"],
    ],
  })
    .addCommand(githubCommand())
    .addCommand(gitlabCommand())
    .addCommand(matrixCommand())
    .addCommand(mergeCommand());
