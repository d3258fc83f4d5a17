import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordOf } from "../../src/ci/fixtures/pipeline.ts";
import { silent } from "../../src/events.ts";
import { openCache } from "../../src/image/cache.ts";
import { writeRecord } from "../../src/image/record.ts";
import { hostArch } from "../../src/lab/upstream/debian/packages.ts";
import { goPrograms } from "../../src/lab/upstream/go-programs.ts";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildProgram } from "../../src/cli/program.ts";
import { runInside } from "../helpers/cli.ts";

interface Known {
  name: () => string;
  commands: readonly Known[];
  options: readonly { long?: string | undefined }[];
}

let folder: string;
const run = (...args: string[]) => runInside(args, folder);
const roles = (more = "", arch = "arm64") => `cluster: {talos: v1.13.6, arch: ${arch}${more}}
images: {registry: ghcr.io/urmanac/moon, outputs: [installer]}
roles:
  compute: {purpose: "WebAssembly: 'nodes' & more", extensions: [drbd, zfs, spin]}
  gateway: {purpose: Subnet router + compute node, like: compute, extensions: {add: [tailscale]}, count: 1}
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-"));
  await mkdir(join(folder, ".git"));
  await writeFile(join(folder, "roles.yaml"), roles());
  await writeFile(
    join(folder, "no-installer.yaml"),
    roles().replace("outputs: [installer]", "outputs: [iso, metal]"),
  );
  await writeFile(join(folder, "cozy.yaml"), roles(", cozystack: v1.6.2", "[arm64, amd64]"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("workflows", () => {
  const flags: [string, string[]][] = [
    ["native", []],
    ["native with its own arm runner", ["--arm-runner", "ubuntu-24.04-arm"]],
    ["shards", ["--shards", "2"]],
    ["a shared cache", ["--cache", "ghcr.io/urmanac/moon/cache"]],
    ["a mirror", ["--mirror", "ghcr.io=http://127.0.0.1:5000"]],
    ["cozystack", ["--file", "cozy.yaml", "--engine", "cozystack", "--arm-runner", "ubuntu-24.04-arm"]],
  ];

  it("pass actionlint, and it would notice what is wrong", async () => {
    const cache = await openCache(join(homedir(), ".cache", "talos-roles"), silent);
    const found = await goPrograms(
      { module: "github.com/rhysd/actionlint/cmd", programs: ["actionlint"], version: "v1.7.12" },
      { arch: hostArch(), cache, emit: silent },
    );
    // Go is part of the environment that the tests are for; scripts/setup.sh and docs/ci.md say so.
    expect(found, "actionlint could not be built: install Go 1.26 or later").not.toBeNull();
    const lint = (path: string) =>
      promisify(execFile)(found!.actionlint, ["-no-color", path], { cwd: folder });
    for (const [name, words] of flags) {
      const path = `.github/workflows/${name.replaceAll(" ", "-")}.yaml`;
      expect(await run("ci", "github", ...words, "--out", path)).toMatchObject({ status: 0, err: "" });
      await expect(lint(path)).resolves.toMatchObject({ stdout: "" });
    }
    await expect(
      lint(join(import.meta.dirname, "../../.github/workflows/release.yaml")),
    ).resolves.toMatchObject({
      stdout: "",
    });
    const text = await readFile(join(folder, ".github/workflows/native.yaml"), "utf8");
    await writeFile(join(folder, "wrong.yaml"), text.replace("needs: plan", "needs: nothing"));
    await expect(lint("wrong.yaml")).rejects.toMatchObject({
      stdout: expect.stringContaining("nothing") as string,
    });
  }, 180_000);

  it("call nothing that this program does not know", async () => {
    for (const [, words] of flags) {
      const { out } = await run("ci", "github", ...words);
      const calls = [...out.matchAll(/talos-roles ((?:[a-z]+ )*[a-z]+)([^\n]*)/g)].filter(([line]) =>
        line.includes(" --"),
      );
      expect(calls.length).toBeGreaterThan(8);
      for (const [, path = "", rest = ""] of calls) {
        let command: Known | undefined = buildProgram();
        for (const name of path.split(" ")) {
          command = command?.commands.find((one) => one.name() === name) ?? command;
        }
        const known = command?.options.map(({ long }) => long) ?? [];
        const used = rest.match(/(?<= )--[a-z-]+/g) ?? [];
        expect(used.filter((flag) => !known.includes(flag))).toEqual([]);
      }
    }
  });

  it("--check says whether the file is what roles.yaml asks for", async () => {
    const path = "checked.yaml";
    expect((await run("ci", "github", "--out", path)).status).toBe(0);
    expect(await run("ci", "github", "--out", path, "--check")).toMatchObject({ status: 0, out: "" });
    await writeFile(join(folder, path), "other\n");
    expect(await run("ci", "github", "--out", path, "--check")).toMatchObject({
      status: 1,
      err: expect.stringMatching(/PIPELINE_STALE[^]*talos-roles ci github --out checked\.yaml/) as string,
    });
    expect((await run("ci", "github", "--check")).status).toBe(2);
  });

  it.each([
    ["--engine cozystack", /names no CozyStack release/],
    ["--engine cozystack --file cozy.yaml --shards 2", /a role at a time/],
    ["--engine cozystack --file cozy.yaml --cache ghcr.io/urmanac/moon/cache", /no segments/],
    ["--shards 0", /from 1 to 256/],
    ["--shards 3", /3 jobs cannot share 2 roles/],
    ["--file no-installer.yaml", /asks for no installer/],
    ["--runner a,b", /no label of a runner/],
  ])("%s is wrong usage", async (words, message) => {
    expect(await run("ci", "github", ...words.split(" "))).toMatchObject({
      status: 2,
      err: expect.stringMatching(message) as string,
    });
  });
});

describe("ci matrix and ci gitlab", () => {
  it("need the lock, for the keys", async () => {
    for (const words of [["matrix"], ["gitlab"]]) {
      expect(await run("ci", ...words)).toMatchObject({
        status: 1,
        err: expect.stringContaining("LOCK_MISSING") as string,
      });
    }
    expect(await run("ci", "gitlab", "--engine", "cozystack", "--file", "cozy.yaml")).toMatchObject({
      status: 2,
      err: expect.stringMatching(/no pipeline for GitLab with the CozyStack engine/) as string,
    });
    expect(await run("ci", "gitlab", "--parent")).toMatchObject({
      status: 0,
      out: expect.stringContaining("talos-roles ci gitlab --out talos-images.yml") as string,
    });
  });
});

describe("ci merge", () => {
  it("joins what lies in folders of jobs, writes the page, and fails where a role is missing", async () => {
    await writeRecord(join(folder, "records/record-compute-arm64"), recordOf("compute"));
    const missing = await run("ci", "merge", "records", "--offline", "--out", "merged/build-record.json");
    expect(missing).toMatchObject({
      status: 1,
      out: expect.stringContaining("gateway for arm64 is missing") as string,
    });
    await expect(readFile(join(folder, "merged/build-record.json"))).rejects.toThrow("ENOENT");
    await writeRecord(join(folder, "records/record-gateway-arm64"), recordOf("gateway"));
    const words = ["--out", "merged/build-record.json", "--page", "merged/images.md", "--json"];
    const { status, out } = await run("ci", "merge", "records", ...words);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      jobs: 2,
      faults: [],
      record: { roles: [{ name: "compute" }, { name: "gateway" }] },
    });
    expect(JSON.parse(await readFile(join(folder, "merged/build-record.json"), "utf8"))).toEqual(
      (JSON.parse(out) as { record: object }).record,
    );
    expect(await readFile(join(folder, "merged/images.md"), "utf8")).toContain("talos-gateway:v1.13.6");
  });

  it("refuses what is no record", async () => {
    await mkdir(join(folder, "bad"), { recursive: true });
    await writeFile(join(folder, "bad/build-record.json"), "{}");
    expect((await run("ci", "merge", "bad")).err).toContain("FORMAT_INVALID");
    expect((await run("ci", "merge", "nowhere")).err).toContain("FILE_NOT_FOUND");
  });
});
