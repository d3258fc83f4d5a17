import { dirname } from "node:path/posix";
import { lockPath } from "../../roles/names.ts";
import type { PipelineOptions } from "../options.ts";
import { buildJob } from "./build-job.ts";
import { mergeJob } from "./merge-job.ts";
import { planJob } from "./plan-job.ts";
import { refreshJob } from "./refresh-job.ts";
import { literal } from "./text.ts";

/** The whole workflow. Pure. */
export const githubWorkflow = (
  options: PipelineOptions,
  path: string,
): string => `# Written by ${options.commandLine}
# Do not edit it: change the roles file or the command line, and write it anew.
name: Talos images
on:
  push:
    branches: [main]
    paths: [${watched(options, path).map(literal).join(", ")}]
  pull_request:
    paths: [${watched(options, path).map(literal).join(", ")}]
  schedule:
    - cron: "17 4 * * 1"
  workflow_dispatch:

# Each job takes what it needs, and nothing else.
permissions: {}

concurrency:
  group: talos-images-\${{ github.ref }}-\${{ github.event_name }}
  cancel-in-progress: false

jobs:
${[planJob(options, path), buildJob(options), mergeJob(options), refreshJob(options)].join("\n")}`;

function watched({ rolesFile }: PipelineOptions, path: string): string[] {
  const folder = dirname(rolesFile);
  const files = [rolesFile, lockPath(rolesFile), path];
  return folder === "." ? files : [`${folder}/**`, path];
}
