import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BuildRecord } from "../../src/image/record.ts";
import { cliWords, ended, runInside } from "../helpers/cli.ts";
import { adr } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let folder: string;
let upstream: SmallUpstream;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "same-"));
  upstream = await smallUpstream();
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});

/** Builds as another user would, somewhere else, with nothing in common but the lock. */
async function buildIn(name: string, wrap: string, env: Record<string, string>): Promise<BuildRecord> {
  const cwd = join(folder, name);
  mkdirSync(cwd, { recursive: true });
  for (const file of ["roles.yaml", "roles.lock.json"])
    writeFileSync(join(cwd, file), readFileSync(join(folder, file)));
  const args = [
    "build",
    "--frozen",
    "--mirror",
    `ghcr.io=${upstream.registry.url}`,
    "--cache-dir",
    join(cwd, "cache"),
  ];
  const outputs = ["--outputs", "kernel,initramfs,cmdline,uki,installer,iso,metal"];
  const child = spawn("sh", ["-c", `${wrap} "$@"`, "sh", ...cliWords([...args, ...outputs])], {
    cwd,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { status, err } = await ended(child);
  expect({ status, err }).toMatchObject({ status: 0 });
  return JSON.parse(readFileSync(join(cwd, "out/build-record.json"), "utf8")) as BuildRecord;
}

it("gives the same bytes in another folder, zone, language, home, umask, user and number of processors", async () => {
  writeFileSync(join(folder, "roles.yaml"), adr);
  const mirror = ["--mirror", `ghcr.io=${upstream.registry.url}`, "--cache-dir", join(folder, "cache")];
  expect(await runInside(["lock", ...mirror], folder)).toMatchObject({ status: 0 });
  const here = await buildIn("here", "umask 022; exec", { HOME: folder, TZ: "UTC", LANG: "C" });
  const there = await buildIn(
    "some/where else",
    "umask 077; exec taskset -c 0 unshare --user --map-user=4242 --map-group=4243",
    {
      HOME: join(folder, "some"),
      TZ: "Pacific/Auckland",
      LANG: "tr_TR.UTF-8",
      LC_ALL: "tr_TR.UTF-8",
      USER: "x",
    },
  );
  const kinds = new Set(here.roles.flatMap(({ assets }) => assets.map(({ kind }) => kind)));
  for (const kind of ["kernel", "initramfs", "cmdline", "uki", "installer", "iso", "disk"])
    expect(kinds).toContain(kind);
  expect(there).toEqual(here);
  const [uki] = here.roles[0]!.assets.filter(({ kind }) => kind === "uki");
  const modes = ["here", "some/where else"].map(
    (name) => statSync(join(folder, name, "out", uki!.path)).mode & 0o777,
  );
  expect(modes).toEqual([0o644, 0o644]);
}, 120_000);
