import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { RolesError } from "../../src/errors.ts";
import { silent } from "../../src/events.ts";
import { labUp } from "../../src/lab/cluster/lab-up.ts";
import { cliWords, ended, type Ended, runInside, startCli } from "../helpers/cli.ts";
import { bootable, rolesOf } from "../helpers/roles-texts.ts";
import { smallUpstream } from "../helpers/small-upstream.ts";
import { snapshot } from "./scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "lab-faults-"));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program where `at` is a file system with these options. */
function onDisk(options: string, at: string, args: readonly string[]): Promise<Ended> {
  mkdirSync(at, { recursive: true });
  const line =
    'at=$2 && mount -t tmpfs -o "$1" none "$at" && shift 2 && { "$@"; status=$?; echo "left: $(find "$at" -mindepth 1)"; exit $status; }';
  const inside = [
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    line,
    "sh",
    options,
    at,
    ...cliWords(args),
  ];
  const child = spawn("unshare", inside, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  return ended(child);
}

function simulate(
  net: number,
  state: string,
): { child: ChildProcess; over: Promise<Ended>; up: Promise<void> } {
  const child = startCli(["lab", "simulate", "--net", String(net), "--state", state], { cwd: folder });
  running.push(child);
  const up = new Promise<void>((resolve) => {
    child.stderr?.on("data", (chunk) => {
      if (String(chunk).includes("Ctrl-C stops them")) resolve();
    });
  });
  return { child, over: ended(child), up };
}

describe("lab simulate, whose nodes run before its files are written", () => {
  it.each([
    ["a full disk", "size=8k", "NO_SPACE"],
    ["a disk that is read-only", "ro", "NOT_WRITABLE"],
  ])("ends on %s with one clear error", { timeout: 60_000 }, async (_, options, code) => {
    const at = join(folder, code);
    const words = ["lab", "simulate", "--net", "160", "--state", join(at, "sim")];
    const { status, out, err } = await onDisk(options, at, words);
    expect({ status, err }).toMatchObject({ status: 1, err: expect.stringContaining(code) });
    expect(out).toMatch(/^left: /);
    expect(out).not.toContain(".tmp");
  });

  it("ends where another one has its addresses, and leaves that one alone", { timeout: 60_000 }, async () => {
    const first = simulate(161, "first");
    await first.up;
    const { status, err } = await simulate(161, "second").over;
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringContaining("LAB_RUNNING") });
    expect(err).toContain("--net");
    expect(existsSync(join(folder, "second"))).toBe(false);
    first.child.kill("SIGINT");
    expect(await first.over).toMatchObject({ status: 130 });
  });
});

describe("lab up, up to the moment before its machines run", () => {
  const state = join(folder, "lab");
  const file = rolesOf(bootable, join(folder, "roles.yaml"));
  writeFileSync(join(folder, "roles.yaml"), bootable);
  const options = {
    upstream: "real" as const,
    cacheDir: join(folder, "cache"),
    withoutConfig: [],
    approve: true,
    emit: silent,
    command: ["false"],
  };
  const lost = new RolesError("REGISTRY_UNREACHABLE", "nobody answers");

  /** A lab that is being made, and stands still where it asks for images. */
  function standing(at: string) {
    let fail = (): void => {};
    const over = new Promise<unknown>((resolve) => {
      void labUp(file, {
        ...options,
        state: at,
        withSource: () =>
          new Promise<never>((_, reject) => {
            fail = () => reject(lost);
            reached();
          }),
      }).catch(resolve);
    });
    let reached = (): void => {};
    const asks = new Promise<void>((resolve) => {
      reached = resolve;
    });
    return { over, asks, fail: () => fail() };
  }

  it("refuses a second one of the same name, which touches nothing; a third may begin when the first is over", async () => {
    const first = standing(state);
    await first.asks;
    const before = snapshot(state, () => true);
    expect(before.size).toBeGreaterThan(0);
    const second = labUp(file, { ...options, state, withSource: () => Promise.reject(lost) });
    await expect(second).rejects.toMatchObject({ code: "LAB_RUNNING" });
    expect(snapshot(state, () => true)).toEqual(before);
    const beside = standing(`${state}-2`);
    await beside.asks;
    for (const one of [first, beside]) {
      one.fail();
      expect(await one.over).toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    }
    expect(existsSync(state)).toBe(false);
    const third = standing(state);
    await third.asks;
    third.fail();
    await third.over;
  });

  it("a killed one keeps nobody out", { timeout: 60_000 }, async () => {
    mkdirSync(state);
    writeFileSync(join(state, ".talos-roles-lab"), "");
    writeFileSync(join(state, "half"), "");
    const next = standing(state);
    await next.asks;
    expect(existsSync(join(state, "half"))).toBe(false);
    next.fail();
    await next.over;
  });

  it.each([
    ["a full disk", "size=1m", "NO_SPACE"],
    ["a disk that is read-only", "ro", "NOT_WRITABLE"],
  ])("ends on %s with one clear error, and leaves nothing", { timeout: 120_000 }, async (_, mount, code) => {
    const upstream = await smallUpstream();
    try {
      const build = ["build", "--cache-dir", "cache", "--mirror", `ghcr.io=${upstream.registry.url}`];
      expect(await runInside(build, folder)).toMatchObject({ status: 0 });
    } finally {
      await upstream.close();
    }
    const at = join(folder, `up-${code}`);
    const words = ["lab", "up", "--out", "out", "--state", join(at, "lab"), "--cache-dir", "cache"];
    const { status, out, err } = await onDisk(mount, at, words);
    expect({ status, err }).toMatchObject({ status: 1, err: expect.stringContaining(code) });
    expect(out).toBe("left: \n");
  });
});
