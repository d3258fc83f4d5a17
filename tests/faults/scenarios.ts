import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { isRolesError } from "../../src/errors.ts";
import { sha256 } from "../../src/formats/bytes.ts";
import { createRegistryClient } from "../../src/oci/client.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { resolveImage } from "../../src/oci/resolve.ts";
import { runInside } from "../helpers/cli.ts";
import type { FaultKind } from "./inject.ts";
import { type Scenario, upstreamMirror, type World } from "./scenario.ts";

const roles = (extensions: string): string => `cluster: {talos: v1.13.6, arch: arm64}
roles:
  compute: {extensions: [${extensions}]}
  gateway: {like: compute, extensions: {add: [tailscale]}, count: 1, subnetRouter: {routes: [pods]}}
`;

const write = (folder: string, extensions: string): Promise<void> =>
  writeFile(join(folder, "roles.yaml"), roles(extensions));

async function run(folder: string, args: readonly string[]): Promise<void> {
  const { status, err } = await runInside(args, folder);
  if (status !== 0) throw new Error(`talos-roles ${args.join(" ")} ended with ${status}: ${err}`);
}

const locked = async (folder: string, world: World): Promise<void> => {
  await write(folder, "drbd");
  await run(folder, ["lock", "--cache-dir", "cache", ...upstreamMirror(world)]);
};

interface Record {
  roles: { assets: { path: string; sha256: string }[] }[];
}

/** Whether every asset that a build record tells of lies there as it says. An OCI layout is named by its manifest. */
function recordIsTrue(out: string): boolean {
  const record = JSON.parse(readFileSync(join(out, "build-record.json"), "utf8")) as Record;
  return record.roles
    .flatMap(({ assets }) => assets)
    .every(({ path, sha256 }) => {
      const full = join(out, path);
      if (!existsSync(full)) return false;
      if (statSync(full).isDirectory()) return existsSync(join(full, "blobs", "sha256", sha256));
      return createHash("sha256").update(readFileSync(full)).digest("hex") === sha256;
    });
}

const disk: readonly FaultKind[] = ["kill", "space", "readonly", "back", "ahead"];

/** A repository of its own for every run. */
const pushedTo = (folder: string, { upstream }: World): string =>
  `${upstream.registry.host}/faults/${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;

/** What a registry holds of both roles: each image's digest, once all of it is there and what it says. */
async function pushed(folder: string, world: World): Promise<Map<string, string>> {
  const client = createRegistryClient();
  try {
    const found = new Map<string, string>();
    for (const role of ["compute", "gateway"]) {
      const reference = parseReference(`${pushedTo(folder, world)}/talos-${role}:v1.13.6`);
      const image = await resolveImage(client, reference, "arm64").catch((error: unknown) => {
        if (isRolesError(error, "REGISTRY_NOT_FOUND")) return undefined;
        throw error;
      });
      if (!image) continue;
      for (const layer of image.manifest.layers) await sha256(image.blob(layer));
      found.set(role, image.descriptor.digest);
    }
    return found;
  } finally {
    await client.close();
  }
}

const buildArgs = (outputs: string, world: World): string[] => [
  "build",
  "--cache-dir",
  "cache",
  "--outputs",
  outputs,
  ...upstreamMirror(world),
];

/** From one extension to two, all locked, the first built. */
const builtBefore =
  (outputs: string) =>
  async (folder: string, world: World): Promise<void> => {
    await locked(folder, world);
    await run(folder, buildArgs(outputs, world));
    await write(folder, "drbd, zfs");
    await run(folder, ["lock", "--cache-dir", "cache", ...upstreamMirror(world)]);
  };

const isAsset = (path: string): boolean => path.startsWith("out/") && !/(?:^|\/)\.[^/]*/.test(path.slice(4));
const isTrueRecord = (folder: string, path: string): boolean =>
  path === "out/build-record.json" && recordIsTrue(join(folder, "out"));

/** What a simulated cluster's clients need: each file whole, whatever keys and addresses are in it. */
async function clientFiles(folder: string): Promise<Map<string, string>> {
  const names = [
    "talosconfig",
    "kubeconfig",
    "roles.yaml",
    "build-record.json",
    "tailnet-key",
    "tailnet-url",
  ];
  const states = await Promise.all(
    names.map(async (name): Promise<[string, string][]> => {
      const text = await readFile(join(folder, "sim", name), "utf8").catch(() => undefined);
      if (text === undefined) return [];
      const isWhole = text.endsWith("\n") && parseDocument(text).errors.length === 0;
      return [[name, isWhole ? "whole" : "damaged"]];
    }),
  );
  return new Map(states.flat());
}

/** Every command that writes. */
export const scenarios: readonly Scenario[] = [
  {
    name: "lock",
    kinds: disk,
    prepare: async (folder, world) => {
      await locked(folder, world);
      await write(folder, "drbd, zfs, spin");
    },
    args: (world) => ["lock", "--cache-dir", "cache", ...upstreamMirror(world)],
    isResult: (path) => path === "roles.lock.json",
  },
  {
    name: "init",
    kinds: disk,
    prepare: () => Promise.resolve(),
    args: () => [
      "init",
      "--talos",
      "v1.13.6",
      "--arch",
      "arm64",
      "--name",
      "moon",
      "--registry",
      "ghcr.io/a/b",
      "--json",
    ],
    isResult: (path) => path === "roles.yaml",
    once: true,
  },
  {
    name: "mirror",
    kinds: disk,
    prepare: locked,
    args: (world) => ["mirror", "--to", "bundle", "--cache-dir", "cache", ...upstreamMirror(world)],
    isResult: (path) => path.startsWith("bundle/") && !/(?:^|\/)\.[^/]*$/.test(path),
    last: "bundle/index.json",
  },
  {
    name: "build",
    kinds: disk,
    prepare: builtBefore("uki,installer"),
    args: (world) => [...buildArgs("uki,installer", world), "--frozen"],
    isResult: isAsset,
    isSound: isTrueRecord,
  },
  {
    name: "disks",
    kinds: disk,
    prepare: builtBefore("iso,metal"),
    args: (world) => [...buildArgs("iso,metal", world), "--frozen"],
    isResult: isAsset,
    isSound: isTrueRecord,
  },
  {
    name: "push",
    kinds: ["kill", "space"],
    sends: true,
    prepare: async (folder, world) => {
      await locked(folder, world);
      await run(folder, buildArgs("installer", world));
    },
    args: (world, folder) => ["push", "--to", pushedTo(folder, world), "--json"],
    isResult: () => false,
    stateOf: pushed,
  },
  {
    name: "simulate",
    kinds: disk,
    prepare: () => Promise.resolve(),
    args: () => ["lab", "simulate", "--state", "sim", "--net", "162"],
    stays: "Ctrl-C stops them",
    isResult: () => false,
    stateOf: clientFiles,
    last: "tailnet-url",
  },
  {
    name: "config",
    kinds: disk,
    prepare: async (folder) => {
      await write(folder, "drbd, zfs");
      await run(folder, ["config", "--out", "configs"]);
      await write(folder, "zfs, spin");
    },
    args: () => ["config", "--out", "configs"],
    isResult: (path) => path.startsWith("configs/") && !path.endsWith(".tmp"),
  },
];
