import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { endProcess, isAlive, processId, spawnBound } from "./processes.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function start(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
  started.push(child);
  return child;
}

async function gone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 100; turn += 1) {
    if ((await processId(pid)) === undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

describe("processes of the lab", () => {
  it("end with the program that started them, even where that one is killed", async () => {
    const script = `
      import { spawnBound } from ${JSON.stringify(import.meta.resolve("./processes.ts"))};
      const child = spawnBound("sleep", ["600"], { stdio: "ignore" });
      console.log(child.pid);
      setInterval(() => {}, 1000);
    `;
    const parent = start(process.execPath, [
      "--import",
      import.meta.resolve("tsx"),
      "--input-type=module",
      "--eval",
      script,
    ]);
    const [line] = (await once(parent.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const pid = Number(String(line));
    expect(await processId(pid)).toBeDefined();
    parent.kill("SIGKILL");
    expect(await gone(pid)).toBe(true);
  });

  it("are known by number and time of start: another one with the same number is left alone", async () => {
    const child = start("sleep", ["600"]);
    const id = await processId(child.pid ?? 0);
    if (!id) throw new Error("no process");
    const other = { ...id, started: `${Number(id.started) - 1}` };
    expect(await isAlive(other)).toBe(false);
    await endProcess(other);
    expect(await isAlive(id)).toBe(true);
    await endProcess(id);
    expect(await isAlive(id)).toBe(false);
  });

  it("are ended although they ignore being asked", async () => {
    const child = start("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]);
    await once(child.stdout as NodeJS.ReadableStream, "data");
    const id = await processId(child.pid ?? 0);
    if (!id) throw new Error("no process");
    await endProcess(id, { graceMs: 200 });
    expect(await isAlive(id)).toBe(false);
  });

  it("that are no more are not known", async () => {
    expect(await processId(2 ** 22 + 1)).toBeUndefined();
  });

  it("have the output they were given", async () => {
    const child = spawnBound("echo", ["bound"], { stdio: ["ignore", "pipe", "ignore"] });
    started.push(child);
    const [text] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    expect(String(text)).toBe("bound\n");
  });
});
