import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runInside } from "../helpers/cli.ts";
import { simulatedCluster, type SimulatedCluster } from "../helpers/simulated-cluster.ts";

const root = join(import.meta.dirname, "..", "..");
let cluster: SimulatedCluster | undefined;

beforeEach(async () => {
  // 70 minutes of the nodes' time are 14 seconds.
  cluster = await simulatedCluster({ row: "A12", nodes: 2, net: 186, speed: 300, settleMs: 0 });
  vi.stubEnv("XDG_STATE_HOME", cluster.folder);
  vi.stubEnv("KUBECONFIG", join(cluster.folder, "kubeconfig"));
  vi.stubEnv("TALOSCONFIG", join(cluster.folder, "talosconfig"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  expect((await cluster?.close()) ?? []).toEqual([]);
});

/** A watcher in a process of its own, killed as soon as it has told of the boot that is going on. */
async function watchAndKill(folder: string): Promise<void> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(root, "src", "cli", "bin.ts"), "verify", "--watch", "--json"].concat([
      "-f",
      join(folder, "roles.yaml"),
    ]),
    { cwd: root, stdio: ["ignore", "pipe", "ignore"] },
  );
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise((resolve) => child.on("close", resolve));
  while (!/"node":"n1".*"service":"ext-tailscale"/.test(text)) await sleep(50);
  // What it saw is written when it is seen, and not at the end, which never comes.
  await sleep(2000);
  child.kill("SIGKILL");
  await ended;
}

it("a watcher that was killed has remembered the boot that an upgrade's rollback is known by", async () => {
  const { folder = "", simulation } = cluster ?? {};
  await watchAndKill(folder);
  // Nobody watches while Talos gives the boot up and goes back to the image before.
  while ((simulation?.machines[0]?.history().length ?? 0) < 2) await sleep(100);
  await sleep(2000);
  const { status, out } = await runInside(["why", "n1", "--json"], folder);
  expect(JSON.parse(out)).toMatchObject({ cause: "A12", orElse: [] });
  expect(status).toBe(1);
}, 90_000);
