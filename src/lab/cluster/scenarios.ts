import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Emit } from "../../events.ts";
import { RolesError } from "../../errors.ts";
import { spawnBound } from "../processes.ts";

/** How one scenario ended. */
export interface ScenarioResult {
  name: string;
  /** `caught`: broken on purpose, it failed at the very assertion that guards what was broken. */
  status: "passed" | "caught" | "failed" | "skipped";
  seconds: number;
  /** Which assertion failed, or why it was skipped, in the script's own words; "" for one that passed. */
  reason: string;
}

interface ScenarioOptions {
  /** Numbers or names; all without any. */
  only: readonly string[];
  /** Breaks what each one guards, on purpose. */
  broken?: boolean | undefined;
  target: "lab" | "live";
  /** How the scripts call this program. */
  command: readonly string[];
  emit: Emit;
  signal?: AbortSignal | undefined;
}

/** What a script ends with where it cannot be played, and where it was broken on purpose and noticed. */
const statuses: Record<number, ScenarioResult["status"]> = { 0: "passed", 76: "caught", 77: "skipped" };
/** The line of a script that is for the lab alone. */
const labOnly = /^lab_only$/m;
const pattern = /^\d\d-[\w-]+\.sh$/;

/** The scripts, beside the sources and in the published package alike. */
function scenarioFolder(): string {
  const folder = join(import.meta.dirname, "..", "..", "..", "tests", "cluster-formation");
  if (existsSync(folder)) return folder;
  throw new RolesError("FILE_NOT_FOUND", `${folder} does not exist`, {
    hint: "The scenarios are part of the package talos-roles; install it again.",
  });
}

/** Plays the scenarios one after the other. Errors: USAGE for one that is not there, BUILD_INTERRUPTED. */
export async function playScenarios(options: ScenarioOptions): Promise<ScenarioResult[]> {
  const folder = scenarioFolder();
  const results: ScenarioResult[] = [];
  for (const script of await chosen(folder, options)) {
    if (options.signal?.aborted) throw new RolesError("BUILD_INTERRUPTED", "stopped by the user");
    results.push(await play(join(folder, script), script.replace(/\.sh$/, ""), options));
  }
  return results;
}

/** Those that were asked for; on a real cluster, without any, those that only read. */
async function chosen(folder: string, { only, target }: ScenarioOptions): Promise<string[]> {
  const all = (await readdir(folder)).filter((name) => pattern.test(name)).sort();
  const unknown = only.filter((word) => !all.some((name) => name.startsWith(word)));
  if (unknown.length > 0)
    throw new RolesError("USAGE", `no scenario ${unknown.join(", ")}`, {
      hint: `There are: ${all.map((name) => name.replace(/\.sh$/, "")).join(", ")}.`,
    });
  if (only.length > 0) return all.filter((name) => only.some((word) => name.startsWith(word)));
  const texts = await Promise.all(all.map((name) => readFile(join(folder, name), "utf8")));
  return all.filter((_, index) => target === "lab" || !labOnly.test(texts[index] ?? ""));
}

async function play(script: string, name: string, options: ScenarioOptions): Promise<ScenarioResult> {
  const { emit } = options;
  const started = performance.now();
  emit({ type: "step-started", id: name, label: name });
  const { code, tail } = await runScript(script, options);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  emit({ type: "step-finished", id: name, label: name, seconds, cached: false });
  return { name, seconds, ...outcome(code, tail) };
}

async function runScript(
  script: string,
  { broken = false, target, command, emit, signal }: ScenarioOptions,
): Promise<{ code: number; tail: string }> {
  const child = startScript([script, "--target", target], {
    ...process.env,
    TALOS_ROLES: command.join(" "),
    ...(broken ? { BREAK: "1" } : {}),
  });
  let tail = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      tail = (tail + String(chunk)).slice(-4000);
      for (const line of String(chunk).split("\n").filter(Boolean))
        emit({ type: "note", level: "info", text: line });
    });
  const stop = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", stop, { once: true });
  const code = await new Promise<number>((resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (status) => resolve(status ?? 1));
  });
  signal?.removeEventListener("abort", stop);
  return { code, tail };
}

/** A script takes its lab away when it is asked to end, so it is asked also where this process is killed; elsewhere than on Linux there is no lab. */
const startScript = (args: string[], env: NodeJS.ProcessEnv) =>
  process.platform === "linux"
    ? spawnBound("bash", args, { env, stdio: ["ignore", "pipe", "pipe"], deathSignal: "TERM" })
    : spawn("bash", args, { env, stdio: ["ignore", "pipe", "pipe"] });

const verdictLine = /^(?:FAILED|SKIPPED|CAUGHT) \S+: /;

function outcome(code: number, tail: string): Pick<ScenarioResult, "status" | "reason"> {
  const status = statuses[code] ?? "failed";
  if (status === "passed") return { status, reason: "" };
  const last =
    tail
      .trim()
      .split("\n")
      .findLast((line) => verdictLine.test(line)) ??
    tail.trim().split("\n").at(-1) ??
    "";
  return { status, reason: last.replace(verdictLine, "") };
}
