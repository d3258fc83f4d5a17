import { pinned } from "../actions.ts";
import { pipelineCommands } from "../commands.ts";
import type { PipelineOptions } from "../options.ts";
import { job, registryLogin, setUp } from "./job.ts";
import { step } from "./text.ts";

/** Joins the records of all jobs; fails when a role is missing, whatever became of its job. */
export const mergeJob = (options: PipelineOptions): string =>
  job({
    id: "merge",
    head: `name: one record of all images
needs: [plan, build]
if: \${{ !cancelled() && github.event_name != 'pull_request' && needs.plan.result == 'success' }}
runs-on: ${options.runner}
timeout-minutes: 15
permissions:
  contents: read
  packages: read`,
    steps: [
      ...setUp(options),
      step({
        name: "Get the records",
        uses: pinned("actions/download-artifact"),
        with: { pattern: "record-*", path: "records" },
      }),
      step({
        name: "Merge them, and write the page of images",
        env: registryLogin,
        run: `mkdir -p records
${pipelineCommands(options).merge}
cat images.md >> "$GITHUB_STEP_SUMMARY"`,
      }),
      step({
        name: "Keep the merged record and the page",
        uses: pinned("actions/upload-artifact"),
        with: {
          name: "images",
          path: "|\n      build-record.json\n      images.md",
          "if-no-files-found": "error",
        },
      }),
    ],
  });
