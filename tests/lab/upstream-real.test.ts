import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LabStatus } from "../../src/lab/cluster/status.ts";
import { type Ended, ended, startCli } from "../helpers/cli.ts";
import { bootable } from "../helpers/roles-texts.ts";
import { smallUpstream } from "../helpers/small-upstream.ts";

// The registries of real Talos cannot be reached where this is developed: one in this process, with images of their shape, takes their place.
const cwd = mkdtempSync(join(tmpdir(), "upstream-real-"));
writeFileSync(join(cwd, "roles.yaml"), bootable);
afterAll(async () => {
  await run("down");
  rmSync(cwd, { recursive: true, force: true });
});

// A cache of its own: what was fetched for another test is not to answer here.
const cache = join(cwd, "cache");
const run = (...args: string[]): Promise<Ended> => ended(startCli(["lab", ...args], { cwd }));
const up = (mirror: string): Promise<Ended> =>
  run(
    "up",
    "--upstream",
    "real",
    "--mirror",
    `ghcr.io=${mirror}`,
    "--cache-dir",
    cache,
    "--no-wait",
    "--progress",
    "plain",
  );

/** A port of loopback that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const patienceMs = 300_000;

describe("lab up --upstream real", () => {
  it(
    "says that registries cannot be reached, and what there is instead, and leaves nothing behind",
    async () => {
      const { status, err } = await up(`http://127.0.0.1:${await closedPort()}`);
      expect(err).toContain("REGISTRY_UNREACHABLE");
      expect(err).toMatch(/--upstream real needs the registries[\s\S]*Without it the lab boots stand-ins/);
      expect(status).toBe(3);
      expect(existsSync(join(cwd, "lab"))).toBe(false);
    },
    patienceMs,
  );

  it(
    "builds disk images from what the registry has, gives each machine a whole config, and says that this is not proven",
    async () => {
      const upstream = await smallUpstream();
      try {
        const { status, err } = await up(upstream.registry.url);
        expect([status, status === 0 ? "" : err]).toEqual([0, ""]);
        expect(err).toContain("not proven");
      } finally {
        await upstream.close();
      }
      const shown = JSON.parse((await run("status", "--json")).out) as LabStatus;
      expect(shown).toMatchObject({ standIn: null, service: null, machines: [{ name: "n1", pod: null }] });
      expect((await run("status")).out).toContain("real Talos; this path is not proven");
      expect(readFileSync(join(cwd, "lab", "machines", "n1", "config.yaml"), "utf8")).toMatch(
        /^ {2}aggregatorCA:/m,
      );
      const asked = await run("fetch", "http://10.96.0.80/", "--from", "n1");
      expect([asked.status, asked.err.includes("UNSUPPORTED")]).toEqual([2, true]);
      const console = join(cwd, "lab", "machines", "n1", "console.log");
      for (let turn = 0; turn < 600 && readFileSync(console).length === 0; turn += 1)
        await new Promise((resolve) => setTimeout(resolve, 200));
      expect(readFileSync(console).length).toBeGreaterThan(0);
      expect(JSON.parse((await run("down", "--json")).out)).toMatchObject({ ran: true, orphans: 0 });
      expect(existsSync(join(cwd, "lab"))).toBe(false);
    },
    patienceMs,
  );
});
