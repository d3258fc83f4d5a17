import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Command } from "@commander-js/extra-typings";
import { buildProgram } from "../../src/cli/program.ts";
import { type Ended, ended } from "../helpers/cli.ts";
import { type CompiledCli, compiledCli } from "../helpers/compiled-cli.ts";
import type { Run } from "./run.ts";
import { runs } from "./runs.ts";
import { type SecretWorld, secretWorld } from "./world.ts";

const mirrorMarker = "MARKER-mirror-url-0x7Q";
let world: SecretWorld;
let cli: CompiledCli;
let all: readonly Run[];
beforeAll(async () => {
  [world, cli] = await Promise.all([secretWorld(), compiledCli()]);
  all = runs(world.upstream.registry.url);
});
afterAll(async () => {
  for (const { child } of staying) child.kill("SIGKILL");
  await Promise.all([world.close(), cli.remove()]);
  rmSync(world.folder, { recursive: true });
});

const found = (text: string): string[] =>
  [...world.markers, mirrorMarker].filter((marker) => text.includes(marker));

/** What was found in no file before, by the path and by what tells that the file was written again. */
const searched = new Map<string, string>();

/** Files that a run left and that hold a marker, apart from those that were planted and those that are meant to hold them. */
function foundInFiles(allowed: ReadonlySet<string>): string[] {
  return readdirSync(world.folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
    const full = join(world.folder, path);
    const stat = statSync(full);
    if (!stat.isFile() || world.inputs.has(path) || allowed.has(path.split("/")[0] ?? "")) return [];
    const state = [stat.ino, stat.mtimeMs, stat.ctimeMs, stat.size].join(" ");
    if (searched.get(path) === state) return [];
    searched.set(path, state);
    return found(readFileSync(full).toString("latin1")).map((marker) => `${path}: ${marker}`);
  });
}

it("finds a planted secret when there is one", () => {
  expect(found(`x ${world.markers[0]} y`)).toEqual([world.markers[0]]);
});

/** `lab up`, `ci merge`: every command that does something. */
const pathsOf = (command: Command, before: readonly string[] = []): string[] =>
  command.commands.flatMap((child) => {
    const path = [...before, child.name()];
    return child.commands.length > 0 ? pathsOf(child as Command, path) : [path.join(" ")];
  });

it("runs every command there is", () => {
  const paths = pathsOf(buildProgram());
  expect(paths).toContain("lab simulate");
  const lines = all.map(({ words }) => `${words.join(" ")} `);
  expect(paths.filter((path) => !lines.some((line) => line.startsWith(`${path} `)))).toEqual([]);
});

/** Runs that go on beside the others. */
const staying: { run: Run; child: ChildProcess; over: Promise<Ended> }[] = [];

async function start({ words, cozystack, env }: Run): Promise<ChildProcess> {
  const spoken = words.map((word) =>
    word.startsWith("@") ? readFileSync(join(world.folder, word.slice(1)), "utf8").trim() : word,
  );
  const path = cozystack ? { PATH: await world.cozystackPath() } : {};
  return cli.start(spoken, { cwd: world.folder, env: { ...world.env, ...path, ...env } });
}

const said = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let err = "";
    child.stderr?.on("data", (chunk) => {
      err += String(chunk);
      if (err.includes(text)) resolve();
    });
    child.on("close", () => reject(new Error(`it ended: ${err}`)));
  });

it("no secret is printed or written, whatever is run and however it ends", async () => {
  const allowed = new Set<string>();
  const leaks: string[] = [];
  const search = (words: readonly string[], { out, err }: Ended): void => {
    for (const marker of found(out + err)) leaks.push(`${words.join(" ")} prints ${marker}`);
    for (const text of foundInFiles(allowed)) leaks.push(`${words.join(" ")} leaves ${text}`);
    expect(leaks).toEqual([]);
  };
  for (const run of all) {
    if (run.writesSecrets) allowed.add(run.writesSecrets);
    const child = await start(run);
    if (run.stays) {
      staying.push({ run, child, over: ended(child) });
      await said(child, run.stays.said);
      await world.plant(run.stays.keeps);
      continue;
    }
    const end = await ended(child);
    search(run.words, end);
    if (run.status !== undefined)
      expect({ words: run.words, ...end }).toEqual({ words: run.words, ...end, status: run.status });
  }
  for (const { run, child, over } of staying.splice(0)) {
    child.kill("SIGINT");
    search(run.words, await over);
  }
  const filled = readdirSync(join(world.folder, "filled"), { recursive: true, encoding: "utf8" })
    .map((path) => join(world.folder, "filled", path))
    .filter((path) => statSync(path).isFile() && found(readFileSync(path, "utf8")).length > 0);
  expect(filled.length).toBeGreaterThan(0);
  for (const path of filled) expect(statSync(path).mode & 0o777).toBe(0o600);
}, 900_000);
