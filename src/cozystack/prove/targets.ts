import { join } from "node:path";
import { runTool } from "../../formats/run-tool.ts";
import { rulesOf } from "../recipes.ts";
import { type Settings, makeWords } from "../settings.ts";
import type { Source } from "../source.ts";
import { type Proof, proof } from "./proof.ts";

interface TargetsWanted {
  source: Source;
  before: string;
  after: string;
  environment: Record<string, string>;
}

/** Asks make what each target would do: the same as before without settings, and with those of a role nothing of amd64. Errors: TOOL_MISSING. */
export async function proveTargets({ source, before, after, environment }: TargetsWanted): Promise<Proof[]> {
  const plan = (folder: string, target: string, settings: Settings = {}) =>
    runTool("make", ["--no-print-directory", "-n", ...makeWords(settings), target], {
      cwd: join(folder, source.folder),
      env: environment,
    });
  const targets = [...new Set(rulesOf(source.makefile).flatMap(({ targets }) => targets))];
  const moved: string[] = [];
  const foreign: string[] = [];
  for (const target of targets) {
    if ((await plan(before, target)) !== (await plan(after, target))) moved.push(target);
    if (!ofRole(target)) continue;
    const commands = await plan(after, target, roleSettings);
    foreign.push(...faultsOf(commands).map((fault) => `${target}: ${fault}`));
  }
  return [
    proof("targets", "without settings make runs the same commands for every target", moved),
    proof(
      "targets-role",
      "with settings of a role no command names amd64, or an image of another role",
      foreign,
    ),
  ];
}

const roleSettings: Settings = { ARCH: "arm64", IMAGE_SUFFIX: "-role", TALOS_PIN: "v1.2.3" };

/** Targets that make images of nodes; others, such as image-cozystack, are not of a role. */
const ofRole = (target: string): boolean =>
  /^(?:image-talos|image-matchbox|assets|update|(?:build-)?talos-[a-z]+)$/.test(target);

function faultsOf(commands: string): string[] {
  const plain = /[/,](?:talos|matchbox)(?::|\.oci\.tar)|\bmatchbox\.tag\b/.exec(commands)?.[0];
  return [
    ...(commands.includes("amd64") ? ["it names amd64"] : []),
    ...(plain === undefined ? [] : [`it names ${plain} without the suffix`]),
  ];
}
