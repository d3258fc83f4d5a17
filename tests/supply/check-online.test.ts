import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runInside } from "../helpers/cli.ts";
import { service, smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let folder: string;
let upstream: SmallUpstream;
const config =
  "version: v1alpha1\nmachine: {type: worker, install: {disk: /dev/vda}}\ncluster: {controlPlane: {endpoint: 'https://10.0.0.1:6443'}}\n";
const check = (...more: string[]) =>
  runInside(
    ["check", "worker.yaml", "--talos", "v1.13.6", "--json", "--cache-dir", "cache", ...more],
    folder,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "check-online-"));
  await writeFile(join(folder, "worker.yaml"), config);
  upstream = await smallUpstream();
  await upstream.publish("own", {
    version: "v1",
    files: () => [service("own", "depends: [{configuration: true}]")],
  });
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});

const rules = (out: string): string[] =>
  (JSON.parse(out) as { diagnostics: { rule: string }[] }).diagnostics.map(({ rule }) => rule);

it("an extension that no table knows is judged by its own image, where the user named a mirror", async () => {
  const offline = await check("--extensions", "own");
  expect(rules(offline.out)).not.toContain("service-config-missing");
  const online = await check("--extensions", "own", "--mirror", `ghcr.io=${upstream.registry.url}`);
  expect(rules(online.out)).toContain("service-config-missing");
  expect(online.status).toBe(1);
});

it("where the mirror cannot be reached the table stands in, and that is said", async () => {
  const { err, out } = await check(
    "--extensions",
    "tailscale",
    "--mirror",
    "ghcr.io=http://127.0.0.1:9",
    "--progress",
    "json",
  );
  expect(rules(out)).toContain("service-config-missing");
  expect(err).toContain("the table of official extensions stands in");
});
