import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeXid, xidTime } from "./xid.ts";

describe("ids of events", () => {
  it("hold their second, as in the example of the format's own documentation", () => {
    // 4d88e15b60f486e428412dc9, that is 1300816219 seconds.
    expect(xidTime("9m4e2mr0ui3e8a215n4g")).toBe(1_300_816_219_000);
    expect(xidTime("not an id")).toBeUndefined();
  });

  it("give back any time, and sort by it and by counter", () => {
    const second = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const counter = fc.integer({ min: 0, max: 2 ** 24 - 1 });
    fc.assert(
      fc.property(second, second, counter, counter, (a, b, one, two) => {
        const [first, other] = [makeXid(a * 1000, 7n, one), makeXid(b * 1000, 7n, two)];
        expect(xidTime(first)).toBe(a * 1000);
        const order = a === b ? one - two : a - b;
        expect(first < other ? -1 : first > other ? 1 : 0).toBe(Math.sign(order));
      }),
    );
  });
});
