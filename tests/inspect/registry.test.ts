import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { basicGate } from "../../src/oci/registry/gate.ts";
import { type RunningRegistry, startRegistry } from "../../src/oci/registry/server.ts";
import { runInside } from "../helpers/cli.ts";
import { file, smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

const users = { kelly: "opensesame" };
let folder: string;
let upstream: SmallUpstream;
let registry: RunningRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inspect-registry-"));
  upstream = await smallUpstream();
  await upstream.publish("own", { version: "v1", files: () => [file("usr/local/bin/own")] });
  registry = await startRegistry({ store: upstream.registry.store, gate: basicGate(users) });
  const auth = Buffer.from("kelly:opensesame").toString("base64");
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  await writeFile(join(folder, "worker.yaml"), "version: v1alpha1\nmachine: {type: worker}\n");
  vi.stubEnv("DOCKER_CONFIG", folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry.close();
  await upstream.close();
  await rm(folder, { recursive: true });
});

const commands: [string, (image: string) => string[]][] = [
  ["inspect", (image) => ["inspect", image, "--arch", "arm64", "--json"]],
  ["check --image", (image) => ["check", "worker.yaml", "--image", image, "--arch", "arm64", "--json"]],
];

it.each(commands)("%s reads what the user's credentials open", async (_, args) => {
  const { status, out, err } = await runInside(args(`${registry.host}/siderolabs/own:v1`), folder);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(out).toContain("own");
  expect(out).not.toContain("opensesame");
});

it.each(commands)(
  "%s talks to a registry without a certificate where --insecure names it",
  async (_, args) => {
    const mirror = ["--mirror", `ghcr.io=https://${registry.host}`];
    const words = args("ghcr.io/siderolabs/own:v1");
    const { status, out, err } = await runInside([...words, ...mirror, "--insecure", registry.host], folder);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("own");
  },
);
