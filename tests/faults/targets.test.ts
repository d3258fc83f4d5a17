import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../src/formats/bytes.ts";
import { createRegistryClient } from "../../src/oci/client.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { resolveImage } from "../../src/oci/resolve.ts";
import { cliWords, ended, type Ended, runInside, startCli } from "../helpers/cli.ts";
import { adr } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let folder: string;
let upstream: SmallUpstream;
const outputs = "initramfs,uki,installer,iso,metal";
const words = (command: string, ...args: string[]): string[] => [
  command,
  `--mirror=ghcr.io=${upstream.registry.url}`,
  `--cache-dir=${join(folder, "cache")}`,
  ...args,
];
const good = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "targets-"));
  upstream = await smallUpstream();
  writeFileSync(join(folder, "roles.yaml"), adr);
  const { status, err } = await runInside(words("build", "--outputs", outputs), folder);
  expect({ status, err }).toMatchObject({ status: 0 });
  for (const [path, hash] of files(join(folder, "out"))) good.set(path, hash);
}, 180_000);
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});

/** Every file below a folder with its sha256. */
const files = (root: string): [string, string][] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(root.length + 1), hash(path)]);
const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Runs the program where `at` is a file system of this size, and afterwards copies what lies there to `to`, where there is room. */
async function onSmallDisk(
  size: string,
  at: string,
  args: readonly string[],
): Promise<Ended & { to: string }> {
  mkdirSync(at, { recursive: true });
  const to = await mkdtemp(join(folder, "left-"));
  const line = `mount -t tmpfs -o size=${size} none "$1" && to=$2 at=$1 && shift 2 && { "$@"; status=$?; cp -a "$at/." "$to"; exit $status; }`;
  const inside = ["--user", "--map-root-user", "--mount", "sh", "-c", line, "sh", at, to, ...cliWords(args)];
  const child = spawn("unshare", inside, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  return { ...(await ended(child)), to };
}

describe("a disk that fills up half-way", () => {
  it.each(["64k", "2m", "24m", "60m"])(
    "with %s for the assets: one clear error, and under a right name only the right file",
    { timeout: 120_000 },
    async (size) => {
      const at = join(folder, "full");
      const { status, err, to } = await onSmallDisk(
        size,
        at,
        words("build", "--frozen", "--outputs", outputs, "--out", at),
      );
      expect({ status, err }).toMatchObject({
        status: 1,
        err: expect.stringContaining("NO_SPACE") as string,
      });
      expect(err).toMatch(/--out at a larger disk/);
      for (const [path, found] of files(to)) expect([path, found]).toEqual([path, good.get(path)]);
    },
  );

  it(
    "where parts are kept: one clear error, no asset, and the next build is right",
    { timeout: 120_000 },
    async () => {
      const at = join(folder, "small-cache");
      const out = join(folder, "out-2");
      const args = [
        "build",
        `--mirror=ghcr.io=${upstream.registry.url}`,
        "--frozen",
        "--outputs",
        outputs,
        "--out",
        out,
      ];
      const { status, err } = await onSmallDisk("300k", at, [...args, "--cache-dir", at]);
      expect({ status, err }).toMatchObject({
        status: 1,
        err: expect.stringContaining("NO_SPACE") as string,
      });
      if (existsSync(out))
        for (const [path, found] of files(out)) expect([path, found]).toEqual([path, good.get(path)]);
      expect((await runInside([...args, "--cache-dir", at], folder)).status).toBe(0);
      expect(new Map(files(out))).toEqual(good);
    },
  );
});

it("two builds at once into one folder leave what one leaves", { timeout: 180_000 }, async () => {
  const out = join(folder, "both");
  const start = () => {
    const [program = "", ...args] = cliWords(words("build", "--frozen", "--outputs", outputs, "--out", out));
    return ended(spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] }));
  };
  for (const { status, err } of await Promise.all([start(), start()]))
    expect({ status, err }).toMatchObject({ status: 0 });
  expect(new Map(files(out))).toEqual(good);
});

it("two pushes at once into one repository leave what one leaves", { timeout: 180_000 }, async () => {
  const start = (name: string) =>
    ended(startCli(["push", "--to", `${upstream.registry.host}/${name}`, "--json"], { cwd: folder }));
  expect(await start("alone")).toMatchObject({ status: 0 });
  for (const { status, err } of await Promise.all([start("both"), start("both")]))
    expect({ status, err }).toMatchObject({ status: 0 });
  const client = createRegistryClient();
  try {
    for (const role of ["compute", "gateway"]) {
      const [alone, both] = await Promise.all(
        ["alone", "both"].map((name) =>
          resolveImage(
            client,
            parseReference(`${upstream.registry.host}/${name}/talos-${role}:v1.13.6`),
            "arm64",
          ),
        ),
      );
      expect(both?.descriptor.digest).toBe(alone?.descriptor.digest);
      for (const layer of both?.manifest.layers ?? []) await sha256(both!.blob(layer));
      expect(both?.manifest.layers.length).toBeGreaterThan(0);
    }
  } finally {
    await client.close();
  }
});

it("may not be written: one clear error that names the place", async () => {
  const at = join(folder, "read-only");
  mkdirSync(at);
  const line = 'mount -t tmpfs -o ro none "$1" && shift && exec "$@"';
  const args = cliWords(words("build", "--frozen", "--outputs", "uki", "--out", at));
  const inside = ["--user", "--map-root-user", "--mount", "sh", "-c", line, "sh", at, ...args];
  const child = spawn("unshare", inside, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const { status, err } = await ended(child);
  expect({ status, err }).toMatchObject({
    status: 1,
    err: expect.stringContaining("NOT_WRITABLE") as string,
  });
  expect(err).toContain(at);
});

// Stands in for a case-insensitive file system, which cannot be mounted everywhere: there files meet whose names differ by case alone.
describe("a target that does not tell upper from lower case", () => {
  it("has room for every file of a build, a mirror and the configs under a name of its own", async () => {
    expect((await runInside(words("mirror", "--to", "bundle"), folder)).status).toBe(0);
    expect((await runInside(["config", "--out", "configs"], folder)).status).toBe(0);
    const all = ["out", "bundle", "configs"].flatMap((name) =>
      files(join(folder, name)).map(([path]) => `${name}/${path}`),
    );
    expect(all.length).toBeGreaterThan(20);
    expect(new Set(all.map((path) => path.toLowerCase())).size).toBe(all.length);
  });

  it.each([
    ["roles", "roles: {compute: {}, Compute: {}}\n"],
    [
      "nodes",
      "roles: {compute: {}}\nnodes: [{name: n1, address: 10.0.0.1, role: compute}, {name: N1, address: 10.0.0.2, role: compute}]\n",
    ],
  ])("no two %s can have names that differ by case alone", async (what, text) => {
    const at = join(folder, `case-${what}`);
    mkdirSync(at);
    writeFileSync(join(at, "roles.yaml"), text);
    expect((await runInside(["check"], at)).status).toBe(2);
  });
});
