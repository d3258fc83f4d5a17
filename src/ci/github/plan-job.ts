import { pipelineCommands, word } from "../commands.ts";
import type { PipelineOptions } from "../options.ts";
import { job, registryLogin, setUp } from "./job.ts";
import { step } from "./text.ts";

/** The gate: the lock fits the roles, the cluster would form, the workflow is current; and what is not published yet. */
export function planJob(options: PipelineOptions, workflowPath: string): string {
  const commands = pipelineCommands(options);
  return job({
    id: "plan",
    head: `name: lock, check, and what to build
if: github.event_name != 'schedule'
runs-on: ${options.runner}
timeout-minutes: 15
permissions:
  contents: read
  packages: read
outputs:
  keys: \${{ steps.matrix.outputs.keys }}
  pending: \${{ steps.matrix.outputs.pending }}`,
    steps: [
      ...setUp(options),
      step({ name: "The lock fits the roles", run: commands.checkLock }),
      step({ name: "The cluster would form", run: `${commands.check} --github` }),
      step({
        name: "This workflow fits the roles",
        run: `${options.commandLine} --out ${word(workflowPath)} --check`,
      }),
      step({
        name: "What is not published yet",
        id: "matrix",
        // A pull request builds nothing, and what it brings must not meet a token.
        if: "github.event_name != 'pull_request'",
        env: registryLogin,
        run: `keys=$(${commands.keys})
pending=$(${commands.pending})
echo "keys=$keys" >> "$GITHUB_OUTPUT"
echo "pending=$pending" >> "$GITHUB_OUTPUT"`,
      }),
    ],
  });
}
