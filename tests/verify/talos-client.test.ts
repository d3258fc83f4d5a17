import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulatedCluster, type SimulatedCluster } from "../helpers/simulated-cluster.ts";

// Talos' own client library (Go) reads a simulated cluster: what it understands, talosctl understands.
const run = promisify(execFile);
const hasGo = await run("go", ["version"]).then(
  () => true,
  () => false,
);
if (!hasGo) process.stderr.write("skipped: Talos' own client needs Go, which is not on this machine\n");

let folder: string;
let cluster: SimulatedCluster | undefined;

describe.skipIf(!hasGo)("Talos' own client on a simulated cluster", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "talos-client-"));
    await cp(join(import.meta.dirname, "talos-client"), folder, { recursive: true });
    const env = { ...process.env, GOFLAGS: "-mod=mod" };
    await run("go", ["build", "-o", "client", "."], { cwd: folder, env, maxBuffer: 1 << 24 });
    cluster = await simulatedCluster({ nodes: 3, net: 170 });
  }, 600_000);
  afterAll(async () => {
    // The one call that would have changed something was the client's own, and was refused.
    expect((await cluster?.close()) ?? []).toEqual(Array(2).fill("/machine.MachineService/Reboot"));
    await rm(folder, { recursive: true });
  });

  it.each([
    { node: 0, extensions: 5, members: 3 },
    { node: 2, extensions: 4, members: 1 },
  ])("reads node $node, directly or through the control plane", async ({ node, extensions, members }) => {
    const address = cluster?.simulation.nodes[node]?.address ?? "";
    const { stdout } = await run(join(folder, "client"), [
      join(cluster?.folder ?? "", "talosconfig"),
      address,
    ]);
    const found = JSON.parse(stdout) as Record<string, unknown>;
    expect(found).toMatchObject({
      version: "v1.13.6",
      stage: "running",
      ready: true,
      nodeReady: true,
      addressReady: true,
      modules: ["drbd", "zfs"],
      watch: ["Created", "Bootstrapped"],
      events: 3,
      absentIsNotFound: true,
      rebootRefused: true,
      services: { "ext-zfs-service": "Running", kubelet: "Running" },
    });
    expect(found["extensions"]).toHaveLength(extensions);
    expect(found["members"]).toHaveLength(members);
    expect(found["addresses"]).toContain(`eth0 ${address}/32`);
    expect(Number(found["definitions"])).toBeGreaterThan(15);
    expect(Number(found["dmesgBytes"])).toBeGreaterThan(100);
  });
});
