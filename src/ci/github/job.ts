import { pinned } from "../actions.ts";
import { pipelineCommands } from "../commands.ts";
import type { PipelineOptions } from "../options.ts";
import { indented, step } from "./text.ts";

interface Job {
  id: string;
  /** Lines of the job before its steps. */
  head: string;
  steps: readonly string[];
}

export const job = ({ id, head, steps }: Job): string =>
  `  ${id}:\n${indented(head, 4)}\n    steps:\n${steps.map((one) => indented(one, 6)).join("\n")}\n`;

/** What every job begins with: the repository, and this tool at the version that made the workflow. */
export function setUp(
  options: PipelineOptions,
  { keepLogin = false, when = undefined as string | undefined } = {},
): string[] {
  const condition = when === undefined ? {} : { if: when };
  return [
    step({
      name: "Check out this repository",
      ...condition,
      uses: pinned("actions/checkout"),
      with: { "persist-credentials": String(keepLogin) },
    }),
    step({
      name: "Set up Node",
      ...condition,
      uses: pinned("actions/setup-node"),
      with: { "node-version": "22", "package-manager-cache": "false" },
    }),
    step({ name: "Install talos-roles", ...condition, run: pipelineCommands(options).install }),
  ];
}

/** Read by talos-roles for ghcr.io. */
export const registryLogin = { GITHUB_TOKEN: "${{ github.token }}" };
