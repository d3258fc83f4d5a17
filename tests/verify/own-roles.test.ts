import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { simulateRoles } from "../../src/lab/simulate/simulate-roles.ts";
import type { Simulation } from "../../src/lab/simulate/serve.ts";
import { runInside } from "../helpers/cli.ts";

let folder: string;
let simulation: Simulation | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-roles-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await simulation?.close();
  expect(simulation?.mutations() ?? []).toEqual([]);
  await rm(folder, { recursive: true });
});

const rolesText = (extra: string): string => `# The founding case.
cluster: { name: moon, talos: v1.13.6, arch: arm64, network: { pods: 10.244.0.0/16, services: 10.96.0.0/16, join: 172.31.0.0/16 } }
images: { registry: ghcr.io/urmanac/moon }
roles:
  compute: { purpose: WebAssembly, extensions: [drbd, zfs, spin${extra}], count: { min: 1 } }
  gateway: { like: compute, extensions: { add: [tailscale] }, count: 1, subnetRouter: { authKey: { env: TS_AUTHKEY } } }
nodes:
  - { name: a, address: 10.10.0.1, role: gateway, controlPlane: true }
  - { name: b, address: 10.10.0.2, role: compute }
`;

async function verdictOn(text: string, net: number) {
  const file = join(folder, "mine.yaml");
  await writeFile(file, text);
  const state = join(folder, "sim");
  simulation = await simulateRoles({ state, file, speed: 60, net });
  await sleep(1500);
  vi.stubEnv("XDG_STATE_HOME", folder);
  vi.stubEnv("KUBECONFIG", join(state, "kubeconfig"));
  vi.stubEnv("TALOSCONFIG", join(state, "talosconfig"));
  return runInside(["verify", "--json"], state);
}

describe("the nodes of one's own roles file, simulated", () => {
  it("form with the configs that are written for them", async () => {
    const { status, out } = await verdictOn(rolesText(""), 190);
    expect(JSON.parse(out)).toMatchObject({
      formed: true,
      nodes: [{ name: "a", role: "gateway" }, { name: "b" }],
    });
    expect(status).toBe(0);
  });

  it("do not with an extension that waits for a machine which is not there", async () => {
    const { status, out } = await verdictOn(rolesText(", qemu-guest-agent"), 191);
    expect(status).toBe(1);
    const { nodes } = JSON.parse(out) as { nodes: { bootCompletes: object; causes: { row: string }[] }[] };
    expect(nodes.map(({ causes }) => causes[0]?.row)).toEqual(["C1", "C1"]);
  });
});
