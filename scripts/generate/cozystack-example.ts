// Everything in examples/cozystack-arm64 that a command makes from its roles.yaml, as that command makes it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { githubWorkflow } from "../../src/ci/github/workflow.ts";
import { makeConfigs } from "../../src/cli/make-configs.ts";
import { pipelineOptions } from "../../src/cli/commands/ci/pipeline-options.ts";
import { layoutFiles } from "../../src/cozystack/fixtures/layout-files.ts";
import { makeRepository } from "../../src/cozystack/fixtures/repository.ts";
import { unprovenPatch } from "../../src/cozystack/patch-text.ts";
import { commandSteps, manifestFiles } from "../../src/machine/commands.ts";
import { documentsText } from "../../src/machine/yaml.ts";
import { commandsReport } from "../../src/report/config.ts";
import { parseRoles } from "../../src/roles/load.ts";

const folder = "examples/cozystack-arm64";
const workflowPath = ".github/workflows/talos-images.yaml";

export async function files(): Promise<Record<string, string>> {
  const text = readFileSync(join(import.meta.dirname, "../..", folder, "roles.yaml"), "utf8");
  const { roles } = parseRoles(text, "roles.yaml");
  const flags = {
    file: "roles.yaml",
    engine: "cozystack",
    armRunner: "ubuntu-24.04-arm",
    mirror: {},
  } as const;
  const { configs } = await makeConfigs(roles, {});
  const machine = [
    ...configs.flatMap(({ patches }) => patches.map(({ file, text }) => [file, text] as const)),
    ...manifestFiles(configs).map(({ file, object }) => [file, documentsText([object])] as const),
    [
      "commands.txt",
      commandsReport({ steps: commandSteps(roles, configs, { format: "talosctl", out: "machine" }) }),
    ],
  ] as const;
  return {
    [`${folder}/${workflowPath}`]: githubWorkflow(pipelineOptions("github", roles, flags), workflowPath),
    [`${folder}/patches/cozystack.patch`]: `${patchHeader}${await shapePatch()}`,
    ...Object.fromEntries(machine.map(([file, text]) => [`${folder}/machine/${file}`, text])),
  };
}

/** git passes over what stands before the first file of a patch. */
const patchHeader = `What \`talos-roles patch cozystack\` makes of CozyStack's newest layout (F). It was made from a fixture that has that
layout's shape in words of our own, so it fits that fixture and no checkout: make yours from your own clone.

`;

async function shapePatch(): Promise<string> {
  const repository = mkdtempSync(join(tmpdir(), "cozystack-shape-"));
  try {
    await makeRepository(repository, layoutFiles("F"));
    return await unprovenPatch(repository);
  } finally {
    rmSync(repository, { recursive: true });
  }
}
