import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { lanes } from "./lanes.ts";

describe("lanes", () => {
  it("runs no more than so many tasks at once", async () => {
    const limit = lanes({ atOnce: 3 });
    let now = 0;
    let most = 0;
    const task = async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(5);
      now -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => limit(task)));
    expect(most).toBe(3);
  });

  it("lets others pass those that hang, up to a limit for all", async () => {
    const limit = lanes({ atOnce: 2, slowAfterMs: 10, atMost: 5 });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hanging = 0;
    const hang = () => {
      hanging += 1;
      return released;
    };
    const four = Array.from({ length: 4 }, () => limit(hang));
    // Four hang, and each of these finds the one place that is left.
    const done = await Promise.all(Array.from({ length: 10 }, (_, at) => limit(async () => at)));
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const more = Array.from({ length: 4 }, () => limit(hang));
    await sleep(100);
    expect(hanging).toBe(5);
    release();
    await Promise.all([...four, ...more]);
    expect(hanging).toBe(8);
  });

  it("does not call slow what takes as long as all others", async () => {
    const limit = lanes({ atOnce: 2, slowAfterMs: 20 });
    let now = 0;
    let most = 0;
    const task = async (ms: number) => {
      now += 1;
      most = Math.max(most, now);
      await sleep(ms);
      now -= 1;
    };
    // These show what is usual, before the limit of 20 ms can call any of them slow.
    for (let at = 0; at < 30; at += 1) await limit(() => task(15));
    await Promise.all(Array.from({ length: 10 }, () => limit(() => task(30))));
    expect(most).toBe(2);
  });

  it("gives the place back when a task fails, slow or not", async () => {
    const limit = lanes({ atOnce: 1, slowAfterMs: 5 });
    const fail = async (ms: number) => {
      await sleep(ms);
      throw new Error("no");
    };
    await expect(limit(() => fail(0))).rejects.toThrow("no");
    await expect(limit(() => fail(20))).rejects.toThrow("no");
    expect(await Promise.all([limit(async () => 1), limit(async () => 2)])).toEqual([1, 2]);
  });
});
