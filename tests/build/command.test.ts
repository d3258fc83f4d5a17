import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BuildReport } from "../../src/image/build.ts";
import type { Fault } from "../../src/oci/registry/faults.ts";
import { cliWords, ended, runInside, startCli } from "../helpers/cli.ts";
import { adr } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let folder: string;
let upstream: SmallUpstream;
let fault: (path: string) => Fault | undefined = () => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "build-command-"));
  upstream = await smallUpstream(undefined, { faults: ({ path }) => fault(path) });
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  fault = () => undefined;
});

/** A folder with a roles file; its cache is its own. */
function place(name: string, text = adr): string {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, "roles.yaml"), text);
  return at;
}
const words = (cwd: string, args: readonly string[]): string[] => [
  "build",
  `--mirror=ghcr.io=${upstream.registry.url}`,
  "--outputs=cmdline,uki",
  `--cache-dir=${join(cwd, "cache")}`,
  ...args,
];
const run = (cwd: string, args: readonly string[]) => runInside(words(cwd, args), cwd);
/** As a process of its own: for signals. */
const start = (cwd: string, args: readonly string[], env: Record<string, string> = {}) =>
  startCli(words(cwd, args), { cwd, env });
const lockOf = (cwd: string): string => readFileSync(join(cwd, "roles.lock.json"), "utf8");

describe("talos-roles build", () => {
  it("writes a lock first where there is none, and says so; then builds from it and asks no registry", async () => {
    const cwd = place("fresh");
    const first = await run(cwd, ["--progress", "plain"]);
    expect(first).toMatchObject({ status: 0 });
    expect(first.err).toContain("there is no roles.lock.json yet: it is written first");
    expect(first.out).toMatch(/gateway +arm64 +uki +out\/gateway\/metal-arm64-uki\.efi .* made/);
    expect(first.out).toMatch(/\d assets, .*: \d made, 0 unchanged/);
    const before = [lockOf(cwd), upstream.registry.requests.length];
    const again = await run(cwd, ["--frozen", "--json"]);
    const { assets, record } = JSON.parse(again.out) as BuildReport;
    expect(assets.every(({ cached }) => cached)).toBe(true);
    expect(JSON.parse(readFileSync(join(cwd, "out/build-record.json"), "utf8"))).toEqual(record);
    expect([lockOf(cwd), upstream.registry.requests.length]).toEqual(before);
  });

  it("stops at a stale lock, and shows what changed; with --frozen also where there is none", async () => {
    const cwd = place("stale");
    const missing = await run(cwd, ["--frozen"]);
    expect(missing).toMatchObject({ status: 1, err: expect.stringContaining("LOCK_MISSING") as string });
    expect(await run(cwd, [])).toMatchObject({ status: 0 });
    writeFileSync(join(cwd, "roles.yaml"), adr.replace("[drbd, zfs, spin]", "[drbd, spin]"));
    for (const args of [[], ["--frozen"]]) {
      const { status, err } = await run(cwd, args);
      expect(status).toBe(1);
      expect(err).toMatch(/LOCK_STALE[^]*zfs 2\.4\.3-v1\.13\.6 removed in compute, gateway/);
    }
  });

  it("takes the lock that --lock names", async () => {
    const cwd = place("lock");
    expect(await run(cwd, ["--lock", "other.json"])).toMatchObject({ status: 0 });
    expect(readdirSync(cwd)).toContain("other.json");
    expect(readdirSync(cwd)).not.toContain("roles.lock.json");
  });

  it("builds the roles, architectures and outputs that are named, and says what it does not know", async () => {
    const cwd = place("some");
    const { out } = await run(cwd, ["gateway", "--json"]);
    expect((JSON.parse(out) as BuildReport).assets.map(({ path }) => path)).toEqual([
      "gateway/cmdline-metal-arm64",
      "gateway/metal-arm64-uki.efi",
      "gateway/arm64.spdx.json",
    ]);
    expect(await run(cwd, ["gatewy"])).toMatchObject({
      status: 2,
      err: expect.stringMatching(/no role gatewy[^]*`gateway`/) as string,
    });
    expect(await run(cwd, ["--outputs", "installr"])).toMatchObject({
      status: 2,
      err: expect.stringMatching(/no output installr[^]*`installer`/) as string,
    });
    expect(await run(cwd, ["--arch", "amd64"])).toMatchObject({
      status: 2,
      err: expect.stringContaining("amd64") as string,
    });
  });

  it("names an unknown extension with those that are near", async () => {
    const cwd = place("unknown", adr.replace("zfs", "zsf"));
    expect(await run(cwd, [])).toMatchObject({
      status: 2,
      err: expect.stringMatching(/EXTENSION_UNKNOWN[^]*zsf[^]*`zfs`/) as string,
    });
    expect(readdirSync(cwd)).not.toContain("out");
  });

  it("builds from a mirror with no registry at all", async () => {
    const cwd = place("offline");
    const mirror = ["--mirror", `ghcr.io=${upstream.registry.url}`, "--cache-dir", join(cwd, "cache")];
    expect(await runInside(["lock", ...mirror], cwd)).toMatchObject({ status: 0 });
    expect(await runInside(["mirror", ...mirror], cwd)).toMatchObject({ status: 0 });
    await rm(join(cwd, "cache"), { recursive: true });
    const before = upstream.registry.requests.length;
    expect(await run(cwd, ["--offline", "mirror", "--frozen"])).toMatchObject({ status: 0 });
    expect(upstream.registry.requests.length).toBe(before);
    const blobs = readdirSync(join(cwd, "mirror/blobs/sha256"), { withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path, bytes: readFileSync(path) };
    });
    // Boot files are the largest.
    const [{ path, bytes }] = blobs.sort((one, other) => other.bytes.length - one.bytes.length) as [
      (typeof blobs)[0],
    ];
    writeFileSync(path, bytes.subarray(0, 100));
    await rm(join(cwd, "cache"), { recursive: true });
    expect(await run(cwd, ["--offline", "mirror", "--out", "second"])).toMatchObject({
      status: 1,
      err: expect.stringContaining("BLOB_TRUNCATED") as string,
    });
  });

  it("ends with 3 when the registry is down, and when a tool is missing, with what to do", async () => {
    const cwd = place("missing");
    fault = () => ({ reset: true });
    expect(await run(cwd, [])).toMatchObject({
      status: 3,
      err: expect.stringContaining("REGISTRY_UNREACHABLE") as string,
    });
    fault = () => undefined;
    const tools = join(cwd, "tools");
    mkdirSync(tools);
    for (const name of readdirSync("/usr/bin"))
      if (name !== "mksquashfs") symlinkSync(join("/usr/bin", name), join(tools, name));
    const before = process.env["PATH"];
    process.env["PATH"] = tools;
    const { status, err } = await run(cwd, []).finally(() => (process.env["PATH"] = before));
    expect(status).toBe(3);
    expect(err).toMatch(/TOOL_MISSING[^]*mksquashfs[^]*squashfs-tools/);
  });

  it("stops at Ctrl-C with 130 and leaves no half of anything; the next build is whole", async () => {
    const cwd = place("interrupted");
    const tools = join(cwd, "tools");
    mkdirSync(tools);
    writeFileSync(
      join(tools, "mksquashfs"),
      `#!/bin/sh\n[ "$1" = -version ] && exec /usr/bin/mksquashfs -version\n: >"${cwd}/begun"\nexec sleep 60\n`,
    );
    chmodSync(join(tools, "mksquashfs"), 0o755);
    const child = start(cwd, [], { PATH: `${tools}:${process.env["PATH"] ?? ""}` });
    const end = ended(child);
    while (!readdirSync(cwd).includes("begun") && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    expect((await end).status).toBe(130);
    const left = readdirSync(cwd, { recursive: true, encoding: "utf8" });
    expect(left.filter((path) => /(?:\.tmp$|uki\.efi|build-record|tmp\/work)/.test(path))).toEqual([]);
    expect(await run(cwd, ["--frozen"])).toMatchObject({ status: 0 });
  });

  it("shares what it compressed with another machine, and says so", async () => {
    const cache = ["--cache", `${upstream.registry.host}/moon/cache`];
    const [one, other] = [place("sharing"), place("shared")];
    expect((await run(one, cache)).out).toContain("Segments: 0 from the shared cache, 4 stored there.");
    writeFileSync(join(other, "roles.lock.json"), lockOf(one));
    expect((await run(other, [...cache, "--frozen"])).out).toContain("Segments: 4 from the shared cache, 0");
    expect(readFileSync(join(other, "out/gateway/metal-arm64-uki.efi"))).toEqual(
      readFileSync(join(one, "out/gateway/metal-arm64-uki.efi")),
    );
  });

  it.each([
    [["--cache", "ghcr.io/you/cache:v1"], /USAGE[^]*without tag[^]*--cache ghcr\.io\/you\/cache/],
    [["--cache", "ghcr.io/you/cache", "--offline", "mirror"], /cannot be used with/],
    [["--cache", "ghcr.io/you/cache", "--engine", "cozystack"], /USAGE[^]*Leave out --cache/],
    [
      ["--engine", "cozystack", "--checkout", ".", "--verify-reproducible"],
      /USAGE[^]*Leave out --verify-reproducible/,
    ],
    [["--shard", "3/3"], /USAGE[^]*--shard I\/2/],
    [["--arch", "amd64"], /USAGE[^]*arm64/],
    [["--cache", "Not A Name"], /REFERENCE_INVALID/],
  ])("refuses %j", async (args, message) => {
    const { status, err } = await run(place("refused"), args);
    expect(err).toMatch(message);
    expect(status).not.toBe(0);
  });

  it.each([
    ["the assets", "out", 60],
    ["the cache", "cache", 60],
  ])("says so when the disk of %s is full, and leaves nothing half-written", async (_, full, size) => {
    const cwd = place(`full-${full}`);
    await runInside(
      ["lock", `--mirror=ghcr.io=${upstream.registry.url}`, `--cache-dir=${join(cwd, "locks")}`],
      cwd,
    );
    mkdirSync(join(cwd, full));
    // A small file system in a name space of its own: no root needed where the kernel allows that to users.
    const line = `mount -t tmpfs -o size=${size}k none ${full} && "$@"; status=$?; find ${full} -type f; exit $status`;
    const child = spawn(
      "unshare",
      ["--user", "--map-root-user", "--mount", "sh", "-c", line, "sh", ...cliWords(words(cwd, []))],
      { cwd, stdio: ["ignore", "pipe", "pipe"] },
    );
    const { status, out, err } = await ended(child);
    expect(err).toMatch(/NO_SPACE[^]*--cache-dir/);
    expect(status).toBe(1);
    expect(out.split("\n").filter((path) => /\.tmp$|tmp\/work|build-record/.test(path))).toEqual([]);
    expect(await run(cwd, ["--cache-dir", join(cwd, "larger"), "--out", "second"])).toMatchObject({
      status: 0,
    });
  });

  it("survives being killed at any moment", async () => {
    const cwd = place("killed");
    for (const wait of [600, 1200, 2000]) {
      const child = start(cwd, []);
      const end = ended(child);
      await new Promise((resolve) => setTimeout(resolve, wait));
      child.kill("SIGKILL");
      await end;
    }
    expect(await run(cwd, ["--json"])).toMatchObject({ status: 0 });
    const { out } = await run(cwd, ["--json"]);
    expect((JSON.parse(out) as BuildReport).assets.every(({ cached }) => cached)).toBe(true);
  });
});
