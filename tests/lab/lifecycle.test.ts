import type { ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import type { LabHandle } from "../../src/lab/cluster/spec.ts";
import { type Ended, ended, startCli } from "../helpers/cli.ts";
import { bootable } from "../helpers/roles-texts.ts";

// Real machines: the first run on a computer makes the stand-in upstream, which takes minutes.
const patienceMs = 1_500_000;
const cwd = mkdtempSync(join(tmpdir(), "lab-lifecycle-"));
const state = join(cwd, "lab");
writeFileSync(join(cwd, "roles.yaml"), bootable);
const running: ChildProcess[] = [];

function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = startCli(["lab", ...args], { cwd });
  running.push(child);
  return { child, ended: ended(child) };
}
const run = (...args: string[]): Promise<Ended> => start(...args).ended;

/** Processes that have this test's folder among their arguments or as their own. */
function ours(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return (line.includes(cwd) || readlinkSync(`/proc/${pid}/cwd`) === cwd) && !line.includes("vitest");
      } catch {
        return false;
      }
    });
}

/** Names of this computer's network interfaces. */
const interfaces = (): string[] =>
  readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? [])
    .sort();
const interfacesBefore = interfaces();

async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 6000 && !what(); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 200));
  expect(what()).toBe(true);
}

function handle(): LabHandle | undefined {
  try {
    return JSON.parse(readFileSync(join(state, "running.json"), "utf8")) as LabHandle;
  } catch {
    return undefined;
  }
}
const poweredOn = (): boolean => (handle()?.children.length ?? 0) > 0;

afterEach(async () => {
  await run("down");
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

it(
  "leaves nothing behind after down, and is not to be started twice",
  async () => {
    const up = await run("up", "--no-wait", "--progress", "plain");
    expect(up.err).toContain("1 machines are powered on");
    expect(up.status).toBe(0);
    await until(poweredOn);
    const again = await run("up", "--no-wait");
    expect([again.status, again.err.includes("LAB_RUNNING")]).toEqual([2, true]);
    const status = await run("status");
    expect(status.out).toMatch(/stand-in/);
    const down = await run("down", "--json");
    expect(JSON.parse(down.out)).toMatchObject({ ran: true, orphans: 0 });
    expect(existsSync(state)).toBe(false);
    await until(() => ours().length === 0);
    expect(interfaces()).toEqual(interfacesBefore);
  },
  patienceMs,
);

it.each(["SIGINT", "SIGKILL"] as const)(
  "leaves nothing behind after %s to the command while the cluster forms",
  async (signal) => {
    const { child, ended } = start("up", "--progress", "plain");
    await until(poweredOn);
    child.kill(signal);
    const { status } = await ended;
    expect(status).toBe(signal === "SIGINT" ? 130 : null);
    await until(() => ours().length === 0 && !existsSync(state));
  },
  patienceMs,
);

it(
  "leaves no process behind when its supervisor is killed, and down takes the rest",
  async () => {
    await run("up", "--no-wait");
    await until(poweredOn);
    process.kill(handle()?.supervisor.pid ?? 0, "SIGKILL");
    await until(() => ours().length === 0);
    const status = await run("status");
    expect([status.status, status.err.includes("LAB_ABSENT")]).toEqual([3, true]);
    const down = await run("down", "--json");
    expect(JSON.parse(down.out)).toMatchObject({ ran: false });
    expect(existsSync(state)).toBe(false);
  },
  patienceMs,
);

it.each(["SIGTERM", "SIGKILL"] as const)(
  "leaves nothing behind after %s to `lab test` while its scenario forms a cluster",
  async (signal) => {
    const { child, ended } = start("test", "01", "--progress", "plain");
    const own = join(cwd, "out", "lab", "01-compute-only-cluster", "running.json");
    await until(() => existsSync(own));
    child.kill(signal);
    await ended;
    await until(() => ours().length === 0);
    const left = existsSync(join(cwd, "out")) ? readdirSync(join(cwd, "out"), { recursive: true }) : [];
    expect(left).toEqual([]);
    expect(interfaces()).toEqual(interfacesBefore);
  },
  patienceMs,
);

it("takes away no folder that it has not made", async () => {
  const folder = join(cwd, "precious");
  rmSync(folder, { recursive: true, force: true });
  const other = mkdtempSync(join(cwd, "precious-"));
  writeFileSync(join(other, "thesis.txt"), "years of work");
  for (const verb of [["down"], ["up", "--no-wait"]]) {
    const { status, err } = await run(...verb, "--state", other);
    expect([status, /not the folder of a lab/.test(err)]).toEqual([2, true]);
  }
  expect(readFileSync(join(other, "thesis.txt"), "utf8")).toBe("years of work");
});
