import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { allOf, stopper } from "./all-of.ts";

describe("allOf", () => {
  it("gives results in the order of items, with so many at once", async () => {
    let running = 0;
    let most = 0;
    const results = await allOf([30, 1, 10, 1], { atOnce: 2, stop: stopper(undefined) }, async (ms) => {
      running += 1;
      most = Math.max(most, running);
      await delay(ms);
      running -= 1;
      return ms;
    });
    expect([results, most]).toEqual([[30, 1, 10, 1], 2]);
  });

  it("fails with what came first, starts nothing more, and leaves nothing running", async () => {
    const stop = stopper(undefined);
    const begun: number[] = [];
    const ended: number[] = [];
    const failing = allOf([0, 1, 2, 3], { atOnce: 2, stop }, async (item) => {
      begun.push(item);
      await delay(item === 0 ? 5 : 30);
      if (item === 0) throw new Error("first");
      ended.push(item);
      if (item === 1) throw new Error("second");
    });
    await expect(failing).rejects.toThrow("first");
    expect([begun, ended, stop.signal.aborted]).toEqual([[0, 1], [1], true]);
  });
});

describe("stopper", () => {
  it("follows the caller's signal, before and after", () => {
    const caller = new AbortController();
    const stop = stopper(caller.signal);
    expect(stop.signal.aborted).toBe(false);
    caller.abort(new Error("enough"));
    expect(stop.signal.reason).toEqual(new Error("enough"));
    expect(stopper(caller.signal).signal.reason).toEqual(new Error("enough"));
    expect(stopper(undefined).signal.aborted).toBe(false);
  });

  it("does nothing once it has stopped", async () => {
    const stop = stopper(AbortSignal.abort(new Error("enough")));
    const begun: number[] = [];
    await expect(
      allOf([1], { atOnce: 1, stop }, (item) => Promise.resolve(begun.push(item))),
    ).rejects.toThrow("enough");
    expect(begun).toEqual([]);
  });
});
