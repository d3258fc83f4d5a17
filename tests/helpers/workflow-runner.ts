import { spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";

// Runs the shell steps of a generated workflow on this computer, as a runner would: bash with its options, the variables
// of GitHub, outputs by file. Actions are stood in for by what they do to the workspace.

interface Step {
  name: string;
  id?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  env?: Record<string, string>;
}
interface Job {
  steps: Step[];
  env?: Record<string, string>;
  strategy?: { matrix: { variant: Record<string, string>[] } };
}

export interface Ran {
  status: number;
  /** What the job's steps printed. */
  log: string;
  outputs: Record<string, string>;
  /** The job's own checkout, as it left it. */
  workspace: string;
}

export interface WorkflowRunner {
  jobs: Record<string, Job>;
  /** Runs a job's steps until one fails. `values` are what expressions stand for. */
  run: (job: string, values?: Record<string, string>) => Promise<Ran>;
  /** Calls of the programs that were stood in for. */
  calls: () => Promise<string>;
  /** Folder that stands for what actions keep between jobs. */
  artifacts: string;
}

const bin = join(import.meta.dirname, "..", "..", "src", "cli", "bin.ts");
const loader = import.meta.resolve("tsx");

/**
 * `repository` is what is checked out; `scratch` a folder for the runner's own files; `stoodIn` the shell text of programs that are stood in
 * for, by name, each call of which is noted.
 */
export async function workflowRunner(
  workflow: string,
  repository: string,
  scratch: string,
  stoodIn: Record<string, string> = {},
): Promise<WorkflowRunner> {
  const { jobs } = parse(await readFile(workflow, "utf8")) as { jobs: Record<string, Job> };
  const programs = join(scratch, "programs");
  const log = join(scratch, "calls.log");
  const artifacts = join(scratch, "artifacts");
  for (const folder of [programs, artifacts]) await mkdir(folder, { recursive: true });
  await writeFile(log, "");
  const program = async (name: string, text: string): Promise<void> => {
    await writeFile(join(programs, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(programs, name), 0o755);
  };
  await program("talos-roles", `exec '${process.execPath}' --import '${loader}' '${bin}' "$@"`);
  // What they would install is on this computer already.
  for (const [name, text] of Object.entries({ npm: "", sudo: "", ...stoodIn }))
    await program(name, `echo "${name} $*" >> '${log}'\n${text}`);
  const run: WorkflowRunner["run"] = async (name, values = {}) => {
    const job = jobs[name];
    if (!job) throw new Error(`there is no job ${name}`);
    const output = join(scratch, "output");
    const workspace = await mkdtemp(join(scratch, `${name}-`));
    await cp(repository, workspace, { recursive: true });
    const temporary = await mkdtemp(join(scratch, "temporary-"));
    const ran: Ran = { status: 0, log: "", outputs: {}, workspace };
    for (const step of job.steps) {
      if (step.uses !== undefined) await standIn(step, { workspace, artifacts, values });
      if (step.run === undefined) continue;
      await writeFile(output, "");
      const env = {
        ...fill({ ...job.env, ...step.env }, values),
        PATH: `${programs}:${process.env["PATH"]}`,
        HOME: scratch,
        XDG_CACHE_HOME: join(scratch, "cache"),
        RUNNER_TEMP: temporary,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: join(scratch, "summary.md"),
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_REPOSITORY: "urmanac/moon",
      };
      const { status, text } = await bash(step.run, workspace, env);
      ran.log += `## ${step.name}\n${text}`;
      for (const line of (await readFile(output, "utf8")).split("\n")) {
        const [, key, value] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
        if (key !== undefined && value !== undefined) ran.outputs[key] = value;
      }
      if (status !== 0) return { ...ran, status };
    }
    return ran;
  };
  return { jobs, run, artifacts, calls: () => readFile(log, "utf8") };
}

interface Place {
  workspace: string;
  artifacts: string;
  values: Record<string, string>;
}

/** What the actions that keep and get artifacts do to files; checking out and setting up have been done. */
async function standIn(
  { uses = "", with: inputs = {} }: Step,
  { workspace, artifacts, values }: Place,
): Promise<void> {
  if (uses.startsWith("actions/upload-artifact@")) {
    const name = fill({ name: inputs["name"] ?? "" }, values)["name"] ?? "";
    const patterns = (inputs["path"] ?? "").trim().split(/\s+/);
    for (const path of await matching(workspace, patterns)) {
      const target = join(artifacts, name, path.replace(/^out\//, ""));
      await mkdir(dirname(target), { recursive: true });
      await cp(join(workspace, path), target, { recursive: true });
    }
  }
  if (uses.startsWith("actions/download-artifact@")) {
    await cp(artifacts, join(workspace, inputs["path"] ?? ""), { recursive: true });
  }
}

/** Paths that patterns of `upload-artifact` mean: `*` is part of one name, `!` takes away. */
async function matching(workspace: string, patterns: readonly string[]): Promise<string[]> {
  const is = (pattern: string) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
  const [not, wanted] = [
    patterns.filter((one) => one.startsWith("!")),
    patterns.filter((one) => !one.startsWith("!")),
  ];
  const paths = await readdir(workspace, { recursive: true });
  return paths.filter(
    (path) => wanted.some((one) => is(one).test(path)) && !not.some((one) => is(one.slice(1)).test(path)),
  );
}

/** Fills in expressions. One without a value is an error: a runner would put an empty text there. */
function fill(texts: Record<string, string>, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
        const value = values[expression] ?? (expression === "github.token" ? "token" : undefined);
        if (value === undefined) throw new Error(`no value for ${expression}`);
        return value;
      }),
    ]),
  );
}

/** As GitHub runs a step: https://docs.github.com/actions, "shell: bash". */
function bash(
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], { cwd, env });
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 1, text }));
  });
}
