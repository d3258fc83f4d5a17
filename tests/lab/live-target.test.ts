import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { ScenarioResult } from "../../src/lab/cluster/scenarios.ts";
import { ended, startCli } from "../helpers/cli.ts";

// Simulated nodes in the place of a real cluster: the scripts know nothing of them but talosconfig and kubeconfig.
const cwd = mkdtempSync(join(tmpdir(), "live-target-"));
let simulation: ChildProcess | undefined;
afterEach(async () => {
  const over = simulation && ended(simulation);
  simulation?.kill("SIGTERM");
  await over;
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

let count = 0;
async function simulated(row: string): Promise<string> {
  count += 1;
  const state = join(cwd, `cluster-${count}`);
  simulation = startCli(["lab", "simulate", "--case", row, "--net", "94", "--state", state], { cwd });
  for (let turn = 0; turn < 600 && !existsSync(join(state, "tailnet-url")); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  if (row === "well") await untilFormed(state);
  return state;
}

/** Simulated nodes boot, too. */
async function untilFormed(state: string): Promise<void> {
  const files = ["--file", "roles.yaml", "--talosconfig", "talosconfig", "--kubeconfig", "kubeconfig"];
  const words = ["verify", ...files, "--watch", "--deadline", "2"];
  expect((await ended(startCli(words, { cwd: state }))).status).toBe(0);
}

interface Played {
  status: number | null;
  results: ScenarioResult[];
  err: string;
}

async function play(state: string, only: string[], { key = false, ci = false } = {}): Promise<Played> {
  const env: Record<string, string> = {
    ROLES_FILE: join(state, "roles.yaml"),
    TALOSCONFIG: join(state, "talosconfig"),
    KUBECONFIG: join(state, "kubeconfig"),
    ...(ci ? { CI: "true" } : {}),
    ...(key
      ? {
          TAILNET_KEY: `file:${join(state, "tailnet-key")}`,
          TAILNET_URL: readFileSync(join(state, "tailnet-url"), "utf8").trim(),
        }
      : {}),
  };
  const words = ["lab", "test", "--target", "live", ...only, "--progress", "plain", "--json"];
  const { status, out, err } = await ended(startCli(words, { cwd, env }));
  return { status, err, results: JSON.parse(out) as ScenarioResult[] };
}

const endings = ({ results }: Played): string[] =>
  results.map(({ name, status }) => `${name.slice(0, 2)} ${status}`);
const patienceMs = 240_000;

describe("the scenarios, pointed at a cluster that is there", () => {
  it(
    "pass on one that is well, with a Spin application that they run and take away, and leave nothing behind",
    async () => {
      const state = await simulated("well");
      const played = await play(state, ["01", "02", "04"], { key: true });
      expect(played.err).toContain("ok: a Spin application runs on a node of each role");
      expect([endings(played), played.status]).toEqual([["01 passed", "02 passed", "04 passed"], 0]);
      expect(existsSync(join(cwd, "out"))).toBe(false);
    },
    patienceMs,
  );

  it(
    "say what they could not ask without the tailnet's key, and which assertion fails where something is wrong",
    async () => {
      const state = await simulated("A2-waiting");
      const played = await play(state, ["04"]);
      expect(played.err).toContain("not asked: whether a gateway's routes are approved");
      expect(played.results).toMatchObject([
        { status: "failed", reason: "no compute node has the extension tailscale" },
      ]);
      expect(played.status).toBe(1);
      expect(existsSync(join(cwd, "out", "lab", "04-extension-isolation.notes", "verdict.json"))).toBe(true);
      rmSync(join(cwd, "out"), { recursive: true });
    },
    patienceMs,
  );

  it(
    "leave out what breaks a cluster on purpose, unless it is asked for, and then say why it is not played, which fails in CI",
    async () => {
      const state = await simulated("well");
      const reason = "it breaks a cluster on purpose, so it is for the lab only";
      const skipped = await play(state, ["05"]);
      expect([skipped.status, skipped.results]).toMatchObject([0, [{ status: "skipped", reason }]]);
      const inCi = await play(state, ["05"], { ci: true });
      expect([inCi.status, inCi.results]).toMatchObject([1, [{ status: "failed", reason }]]);
      const all = await play(state, []);
      // 03 wants to be told what to fetch.
      expect(endings(all)).toEqual(["01 passed", "02 passed", "03 failed", "04 passed"]);
      expect(all.results[2]?.reason).toMatch(/SERVICE_URL/);
      rmSync(join(cwd, "out"), { recursive: true, force: true });
    },
    patienceMs,
  );
});
