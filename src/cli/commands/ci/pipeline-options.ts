import { Option } from "@commander-js/extra-typings";
import { word } from "../../../ci/commands.ts";
import { type Engine, type PipelineOptions, engines } from "../../../ci/options.ts";
import { RolesError } from "../../../errors.ts";
import { tools } from "../../../formats/tools.ts";
import { ownOutputs } from "../../../roles/choose.ts";
import type { RolesFile } from "../../../roles/model.ts";
import { matrixOf } from "../../../ci/matrix.ts";
import { packageVersion } from "../../../version.ts";
import { numberWithin } from "../../numbers.ts";
import { type MirrorOption, fileOption, mirrorOption } from "../../options.ts";

/** Options of every pipeline, as commander reads them. */
export interface PipelineFlags {
  file: string;
  engine: Engine;
  shards?: number | undefined;
  cache?: string | undefined;
  runner?: string | undefined;
  armRunner?: string | undefined;
  mirror: MirrorOption;
}

export const engineOption = () =>
  new Option("--engine <engine>", "what builds the images").choices(engines).default("native" as const);
export const shardsOption = () =>
  new Option("--shards <n>", "share all roles among so many jobs, instead of a job for each").argParser(
    numberWithin({ from: 1, to: 256 }),
  );
export const cacheOption = () =>
  new Option("--cache <repository>", "where all jobs keep what they compressed");
export { fileOption, mirrorOption };

const isRunnerLabel = /^[\w.-]+$/;

/** What a pipeline is made for. Errors: USAGE. */
export function pipelineOptions(
  kind: "github" | "gitlab",
  roles: RolesFile,
  flags: PipelineFlags,
): PipelineOptions {
  const { engine, file, shards, cache, runner = "ubuntu-24.04", armRunner, mirror } = flags;
  const mirrors = Object.entries(mirror).map(([host, url]) => `${host}=${url}`);
  refuseWrong(kind, roles, flags);
  const words = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name} ${word(String(value))}`];
  const commandLine = [
    `talos-roles ci ${kind}`,
    ...(file === "roles.yaml" ? [] : words("file", file)),
    ...(engine === "native" ? [] : words("engine", engine)),
    ...words("shards", shards),
    ...words("cache", cache),
    ...words("runner", flags.runner),
    ...words("arm-runner", armRunner),
    ...mirrors.flatMap((one) => words("mirror", one)),
  ].join(" ");
  return {
    entries: matrixOf(roles),
    outputs: ownOutputs(roles),
    engine,
    rolesFile: file,
    cozystack: roles.cluster.cozystack,
    version: packageVersion(),
    packages: packagesFor(engine),
    runner,
    armRunner,
    shards,
    cache,
    mirrors,
    commandLine,
  };
}

/** Errors: USAGE. */
function refuseWrong(
  kind: "github" | "gitlab",
  roles: RolesFile,
  { engine, shards, runner, armRunner, cache }: PipelineFlags,
): void {
  if (!roles.images.outputs.includes("installer")) {
    throw new RolesError("USAGE", `${roles.file} asks for no installer, which is what a pipeline publishes`, {
      hint: "Add `installer` to `images.outputs`: by it a pipeline also knows what is built already.",
    });
  }
  for (const label of [runner, armRunner]) {
    if (label !== undefined && !isRunnerLabel.test(label)) {
      throw new RolesError("USAGE", `${JSON.stringify(label)} is no label of a runner`);
    }
  }
  if (engine === "cozystack") refuseForCozystack(kind, roles, { shards, cache });
  const entries = matrixOf(roles).length;
  if (shards !== undefined && shards > entries) {
    const of = roles.cluster.arch.length > 1 ? "roles and architectures" : "roles";
    throw new RolesError("USAGE", `${shards} jobs cannot share ${entries} ${of}: some would have none`, {
      hint: `At most \`--shards ${entries}\`.`,
    });
  }
}

/** Errors: USAGE. */
function refuseForCozystack(
  kind: "github" | "gitlab",
  roles: RolesFile,
  { shards, cache }: Pick<PipelineFlags, "shards" | "cache">,
): void {
  if (kind === "gitlab") {
    throw new RolesError("USAGE", "there is no pipeline for GitLab with the CozyStack engine", {
      hint: "It needs Docker, Go and crane in the job, which no image has that could be named here: use the native engine, or `talos-roles ci github`.",
    });
  }
  if (roles.cluster.cozystack === undefined) {
    throw new RolesError("USAGE", `${roles.file} names no CozyStack release to build with`, {
      hint: "Write `cozystack: vX.Y.Z` below `cluster`.",
    });
  }
  if (shards !== undefined) {
    throw new RolesError("USAGE", "the CozyStack engine builds a role at a time: there is nothing to share", {
      hint: "Leave out --shards: each role has a job of its own.",
    });
  }
  if (cache !== undefined) {
    throw new RolesError("USAGE", "the CozyStack engine keeps no segments that could be shared", {
      hint: "Leave out --cache.",
    });
  }
}

/** Debian packages of the tools that a build calls. */
function packagesFor(engine: Engine): string[] {
  const wanted = engine === "native" ? /^build\b/ : /^build\b|patch cozystack|build --engine cozystack/;
  const packages = Object.values(tools).flatMap(({ debian, neededFor }) =>
    debian !== null && wanted.test(neededFor) ? [debian] : [],
  );
  return [...new Set(packages)].sort();
}
