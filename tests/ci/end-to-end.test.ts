import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BuildRecord } from "../../src/image/record.ts";
import { type RegistryClient, createRegistryClient } from "../../src/oci/client.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { type RunningRegistry, startRegistry } from "../../src/oci/registry/server.ts";
import { runInside } from "../helpers/cli.ts";
import { type SmallUpstream, smallUpstream } from "../helpers/small-upstream.ts";
import { type WorkflowRunner, workflowRunner } from "../helpers/workflow-runner.ts";

let upstream: SmallUpstream;
let registry: RunningRegistry;
let client: RegistryClient;
let scratch: string;
let folder: string;
let runner: WorkflowRunner;
/** Where the gateway was built. */
let built: string;
const file = ".github/workflows/talos-images.yaml";
const cli = (...words: string[]) => runInside(words, folder);

beforeAll(async () => {
  [upstream, registry] = await Promise.all([smallUpstream(), startRegistry()]);
  client = createRegistryClient();
  scratch = await mkdtemp(join(tmpdir(), "workflow-"));
  folder = join(scratch, "repository");
  await mkdir(folder);
  await writeFile(
    join(folder, "roles.yaml"),
    `cluster: {talos: v1.13.6, arch: arm64, network: {pods: 10.244.0.0/16, services: 10.96.0.0/16}}
images: {registry: "${registry.host}/moon", outputs: [installer]}
roles:
  compute: {purpose: WebAssembly workload nodes, extensions: [drbd, zfs, spin]}
  gateway:
    purpose: Subnet router + compute node
    like: compute
    extensions: {add: [tailscale]}
    count: 1
    subnetRouter: {routes: [pods], authKey: {env: TS_AUTHKEY}}
`,
  );
  const mirror = ["--mirror", `ghcr.io=${upstream.registry.url}`];
  const cache = ["--cache-dir", join(scratch, "cache", "talos-roles")];
  expect(await cli("lock", ...mirror, ...cache)).toMatchObject({ status: 0 });
  expect(await cli("ci", "github", ...mirror, "--out", file)).toMatchObject({ status: 0, err: "" });
  runner = await workflowRunner(join(folder, file), folder, scratch);
}, 60_000);
afterAll(async () => {
  await client.close();
  await Promise.all([upstream.close(), registry.close()]);
  await rm(scratch, { recursive: true });
});

const valuesOf = (name: string): Record<string, string> => {
  const variant = runner.jobs["build"]?.strategy?.matrix.variant.find((one) => one["name"] === name) ?? {};
  return Object.fromEntries(Object.entries(variant).map(([key, value]) => [`matrix.variant.${key}`, value]));
};

it("the shell steps of the workflow, run as a runner runs them: plan, a matrix entry, merge", async () => {
  const plan = await runner.run("plan");
  expect(plan).toMatchObject({ status: 0 });
  const keys = JSON.parse(plan.outputs["keys"] ?? "") as Record<string, string>;
  expect(Object.keys(keys)).toEqual(["compute-arm64", "gateway-arm64"]);
  expect(JSON.parse(plan.outputs["pending"] ?? "")).toEqual(keys);

  const gateway = await runner.run("build", valuesOf("gateway"));
  expect(gateway).toMatchObject({ status: 0 });
  expect(gateway.log).toContain("tailscale");
  built = gateway.workspace;
  const pushed = await client.manifest(parseReference(`${registry.host}/moon/talos-gateway:v1.13.6`));
  expect(await readFile(join(gateway.workspace, "subjects.txt"), "utf8")).toBe(
    `${pushed.digest.slice("sha256:".length)}  ${registry.host}/moon/talos-gateway\n`,
  );
  expect(JSON.parse(Buffer.from(pushed.bytes).toString("utf8"))).toMatchObject({
    annotations: {
      "org.opencontainers.image.source": "https://github.com/urmanac/moon",
      "io.talos-roles.lock": keys["gateway-arm64"],
    },
  });

  const early = await runner.run("merge");
  expect(early.status).toBe(1);
  expect(early.log).toContain("compute for arm64 is missing: its job failed, or left no record");

  const compute = await runner.run("build", valuesOf("compute"));
  expect(compute).toMatchObject({ status: 0 });
  const merged = await runner.run("merge");
  expect(merged).toMatchObject({ status: 0 });
  const page = await readFile(join(scratch, "summary.md"), "utf8");
  expect(page).toContain(
    `| gateway | arm64 | \`${registry.host}/moon/talos-gateway:v1.13.6\` | \`${pushed.digest}\` |`,
  );
}, 240_000);

it("then nothing is left to build, and the record is read from the registry", async () => {
  const plan = await runner.run("plan");
  expect(plan.outputs["pending"]).toBe("{}");
  await mkdir(join(folder, "records"));
  expect(await cli("ci", "merge", "records", "--pushed", "--offline")).toMatchObject({ status: 1 });
  const { status, out } = await cli("ci", "merge", "records", "--pushed", "--json");
  expect(status).toBe(0);
  const { record } = JSON.parse(out) as { record: { roles: { name: string; pushed: { digest: string } }[] } };
  expect(record.roles.map(({ name }) => name)).toEqual(["compute", "gateway"]);
  for (const { name, pushed } of record.roles) {
    const { digest } = await client.manifest(parseReference(`${registry.host}/moon/talos-${name}:v1.13.6`));
    expect(pushed.digest).toBe(digest);
  }
}, 60_000);

it("what installs is left to the runner: this package at its version, and the packages of a build", async () => {
  const calls = await runner.calls();
  expect(calls).toMatch(/^npm install --global --ignore-scripts .*talos-roles@\d+\.\d+\.\d+$/m);
  expect(calls).toMatch(/^sudo apt-get install .*squashfs-tools/m);
});

/** As if the run had built an ISO, too. */
async function addedIso(workspace: string): Promise<void> {
  const path = join(workspace, "out", "build-record.json");
  const record = JSON.parse(await readFile(path, "utf8")) as BuildRecord;
  const [role] = record.roles;
  role!.assets.push({ ...role!.assets[0]!, kind: "iso", path: "gateway/metal-arm64.iso" });
  await writeFile(path, JSON.stringify(record));
  await cp(join(folder, "roles.yaml"), join(workspace, "roles.yaml"));
}

it("an output that is added afterwards is something to build, though the key is the same", async () => {
  const path = join(folder, "roles.yaml");
  const before = await readFile(path, "utf8");
  await writeFile(path, before.replace("outputs: [installer]", "outputs: [installer, iso]"));
  const mirror = ["--mirror", `ghcr.io=${upstream.registry.url}`];
  const { out } = await cli("ci", "matrix", "--keys", "--unpublished", ...mirror);
  expect(Object.keys(JSON.parse(out) as object)).toEqual(["compute-arm64", "gateway-arm64"]);
  expect((await cli("ci", "merge", "records", ...mirror)).status).toBe(1);
  await addedIso(built);
  const reference = parseReference(`${registry.host}/moon/talos-gateway:v1.13.6`);
  const { digest } = await client.manifest(reference);
  const push = await runInside(["push", "gateway", "--json"], built);
  const [image] = (JSON.parse(push.out) as { images: { build: string; moved: string }[] }).images;
  expect(image).toMatchObject({ pushed: true, moved: digest });
  // It says other things of the same image: the build's own tag stays.
  expect((await client.manifest(parseReference(image!.build))).digest).toBe(digest);
  const left = await cli("ci", "matrix", "--lines", "--unpublished", ...mirror);
  expect(left.out).toBe("compute arm64\n");
  const again = await runInside(["push", "gateway", "--json"], built);
  expect(JSON.parse(again.out)).toMatchObject({ images: [{ pushed: false, moved: null }] });
  await writeFile(path, before);
}, 60_000);

it("a shard builds what of its share is not published, and nothing else", async () => {
  const path = join(folder, "roles.yaml");
  await writeFile(path, (await readFile(path, "utf8")).replace("/moon", "/shards"));
  const mirror = ["--mirror", `ghcr.io=${upstream.registry.url}`];
  expect(await cli("ci", "github", "--shards", "1", ...mirror, "--out", file)).toMatchObject({ status: 0 });
  const sharded = await workflowRunner(join(folder, file), folder, join(scratch, "sharded"));
  const first = { "matrix.shard": "1/2", "strategy.job-index": "0" };
  const build = await sharded.run("build", first);
  expect(build).toMatchObject({ status: 0, outputs: { any: "true" } });
  expect(await readFile(join(build.workspace, "share.txt"), "utf8")).toBe("compute arm64\n");
  const all = await sharded.run("build", { "matrix.shard": "1/1", "strategy.job-index": "1" });
  expect(all).toMatchObject({ status: 0 });
  expect(await readFile(join(all.workspace, "share.txt"), "utf8")).toBe("gateway arm64\n");
  expect(await readFile(join(all.workspace, "subjects.txt"), "utf8")).toMatch(
    /^[0-9a-f]{64} {2}\S+\/talos-gateway\n$/,
  );
  // GitHub would skip every other step now.
  expect(await cli("ci", "matrix", "--lines", "--unpublished", ...mirror)).toMatchObject({
    status: 0,
    out: "",
  });
  const merged = await sharded.run("merge");
  expect(merged.log).toContain("2 records");
  expect(merged).toMatchObject({ status: 0 });
}, 240_000);
