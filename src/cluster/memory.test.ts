import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryPath, readMemory, writeMemory } from "./memory.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-"));
});
afterAll(() => rm(folder, { recursive: true }));

const boot = (bootId: string) => ({ bootId, started: 1, talos: "v1.13.6", extensions: { drbd: "9.3.3" } });
const observed = (name: string, ...ids: string[]) => ({
  node: { name, address: "10.0.0.1", role: "compute" },
  boots: ids.map(boot),
});

describe("the memory of boots", () => {
  it("keeps what each run saw, and what it did not look at", async () => {
    const path = join(folder, "boots.json");
    await writeMemory(path, new Map(), [observed("n1", "a"), observed("n2", "x")]);
    const before = await readMemory(path);
    await writeMemory(path, before, [observed("n1", "a", "b")]);
    const after = await readMemory(path);
    expect(after.get("n1")?.map(({ bootId }) => bootId)).toEqual(["a", "b"]);
    expect(after.get("n2")?.map(({ bootId }) => bootId)).toEqual(["x"]);
  });

  it("is empty where there is no file or a broken one, and costs nothing where it cannot be written", async () => {
    expect(await readMemory(join(folder, "none"))).toEqual(new Map());
    const broken = join(folder, "broken");
    await writeFile(broken, '{"version": 1, "nodes": 7}');
    expect(await readMemory(broken)).toEqual(new Map());
    await writeMemory(join(broken, "below"), new Map(), [observed("n1", "a")]);
  });

  it("has one file for each cluster, told apart by its authority", () => {
    const env = { XDG_STATE_HOME: "/state" };
    expect(memoryPath("one", env)).toMatch(/^\/state\/talos-roles\/boots-[0-9a-f]{16}\.json$/);
    expect(memoryPath("one", env)).not.toBe(memoryPath("two", env));
  });
});
