import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { userPath } from "../../src/cli/user-path.ts";
import { ended } from "../helpers/cli.ts";
import { type CompiledCli, compiledCli } from "../helpers/compiled-cli.ts";
import { type Run, runs } from "./runs.ts";
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

it("runs every command there is", () => {
  const named = new Set(all.map(({ words }) => words[0]));
  expect(named).toEqual(new Set(userPath.flatMap(({ commands }) => commands)));
});

it("no secret is printed or written, whatever is run and however it ends", async () => {
  const allowed = new Set<string>();
  const leaks: string[] = [];
  for (const { words, writesSecrets } of all) {
    if (writesSecrets) allowed.add(writesSecrets);
    const { out, err } = await ended(cli.start(words, { cwd: world.folder, env: world.env }));
    for (const marker of found(out + err)) leaks.push(`${words.join(" ")} prints ${marker}`);
    for (const text of foundInFiles(allowed)) leaks.push(`${words.join(" ")} leaves ${text}`);
    expect(leaks).toEqual([]);
  }
  const filled = readdirSync(join(world.folder, "filled"), { recursive: true, encoding: "utf8" })
    .map((path) => join(world.folder, "filled", path))
    .filter((path) => statSync(path).isFile() && found(readFileSync(path, "utf8")).length > 0);
  expect(filled.length).toBeGreaterThan(0);
  for (const path of filled) expect(statSync(path).mode & 0o777).toBe(0o600);
}, 600_000);
