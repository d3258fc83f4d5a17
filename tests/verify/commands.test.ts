import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulation } from "../../src/lab/simulate/serve.ts";
import { simulate } from "../../src/lab/simulate/simulate.ts";

const root = join(import.meta.dirname, "..", "..");
let state: string;
let simulation: Simulation | undefined;
let net = 90;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "verify-"));
});
afterEach(async () => {
  await simulation?.close();
  expect(simulation?.mutations() ?? []).toEqual([]);
  await rm(state, { recursive: true });
});

async function powerOn(row: string, nodes = 3): Promise<void> {
  net += 1;
  simulation = await simulate({ state, nodes, row, speed: 50, net });
  // A minute of the nodes' own time.
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

function run(...args: string[]): Promise<{ status: number | null; text: string; errors: string }> {
  return new Promise((resolve) => {
    const command = [
      join(root, "node_modules", "tsx", "dist", "cli.mjs"),
      join(root, "src", "cli", "bin.ts"),
    ];
    const child = spawn(
      process.execPath,
      [...command, ...args, "-f", join(state, "roles.yaml"), "--talosconfig", join(state, "talosconfig")],
      { env: { ...process.env, KUBECONFIG: join(state, "kubeconfig"), XDG_STATE_HOME: state } },
    );
    let text = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("close", (status) => resolve({ status, text, errors }));
  });
}

describe("verify and why, as a user runs them", () => {
  it("says formed, and ends with 0, when every node is well", async () => {
    await powerOn("well");
    const { status, text } = await run("verify", "--json");
    expect(JSON.parse(text)).toMatchObject({ formed: true, cluster: [] });
    expect(status).toBe(0);
  });

  it("names the node and the cause, and ends with 1, when the gateway lost its document", async () => {
    await powerOn("B1");
    const verified = await run("verify");
    expect(verified).toMatchObject({ status: 1 });
    expect(verified.text).toContain("n1: no ExtensionServiceConfig named tailscale");
    const why = await run("why", "n1", "--json");
    expect(why.status).toBe(1);
    expect(JSON.parse(why.text)).toMatchObject({ node: "n1", cause: "B1", fixIsPatch: true });
    const patch = await run("why", "n1", "--patch");
    expect(patch.text).toContain("kind: ExtensionServiceConfig\nname: tailscale\n");
    // All that roles.yaml says of it, so that the gateway routes once it is sent.
    expect(patch.text).toContain("- TS_AUTHKEY=${TS_AUTHKEY}\n");
    expect(patch.text).toContain("- TS_ROUTES=10.244.0.0/16,10.96.0.0/12\n");
  });

  it("counts a second gateway that runs where the inventory says compute", async () => {
    // A compute node that was upgraded with the gateway's image.
    await powerOn("A2-waiting");
    const { status, text } = await run("verify", "--json");
    expect(status).toBe(1);
    const { nodes, cluster } = JSON.parse(text);
    expect(cluster).toMatchObject([
      { rule: "role-count", role: "gateway", message: expect.stringContaining("n1, n3") },
    ]);
    expect(nodes[2]).toMatchObject({ name: "n3", bootCompletes: { answer: "no" }, causes: [{ row: "A2" }] });
  });

  it("ends with 3 when nobody answers, and with 2 for a node that is not in the inventory", async () => {
    await powerOn("well");
    await simulation?.close();
    const { status, text } = await run("verify", "--json", "--timeout", "1");
    expect(status).toBe(3);
    expect(JSON.parse(text).nodes[0]).toMatchObject({
      bootCompletes: { answer: "unknown" },
      roleFunctional: { answer: "unknown" },
    });
    expect(await run("why", "n1", "--timeout", "1")).toMatchObject({ status: 3 });
    expect(await run("why", "nobody")).toMatchObject({ status: 2 });
    expect(await run("verify", "--watch", "--run-workload")).toMatchObject({ status: 2 });
  });

  it("asks Kubernetes about a node that has not joined as verify does", async () => {
    await powerOn("well");
    const path = join(state, "roles.yaml");
    const { nodes, ...roles } = parse(await readFile(path, "utf8")) as { nodes: object[] };
    // Nobody listens there, and Kubernetes knows no such node.
    const late = { name: "late", address: `127.${net}.0.99`, role: "compute" };
    await writeFile(path, stringify({ ...roles, nodes: [...nodes, late] }));
    const { text } = await run("why", "late", "--json", "--timeout", "1");
    expect(JSON.parse(text)).toMatchObject({ node: "late", cause: null });
    expect(text).not.toContain("none of these nodes");
  });

  it("names the set where one look cannot tell which of several it is", async () => {
    await powerOn("A1");
    const { status, text } = await run("why", "n3");
    expect(status).toBe(1);
    expect(text).toContain("spin is not in this node's image (A1)\n\nFrom here it looks the same as A12.");
  });
});
