import { describe, expect, it } from "vitest";
import { paceOf } from "./pace.ts";

describe("paceOf", () => {
  it("is the patience that was asked for, as long as answers come quickly", () => {
    const pace = paceOf(3000);
    expect(pace.patience()).toBe(3000);
    for (let at = 0; at < 100; at += 1) pace.took(400);
    expect(pace.patience()).toBe(3000);
  });

  it("grows where all answers are slow, to four times as much, and shrinks again", () => {
    const pace = paceOf(3000);
    for (let at = 0; at < 20; at += 1) pace.took(at % 10 === 0 ? 2000 : 300);
    expect(pace.patience()).toBeGreaterThan(4500);
    for (let at = 0; at < 100; at += 1) pace.took(60_000);
    expect(pace.patience()).toBe(12_000);
    for (let at = 0; at < 300; at += 1) pace.took(100);
    expect(pace.patience()).toBe(3000);
  });

  it("doubts a silent way in time for all the others, and no sooner than answers take", () => {
    const pace = paceOf(3000);
    expect([pace.doubt(2), pace.doubt(3), pace.doubt(6)]).toEqual([1000, 1000, 500]);
    pace.took(800);
    expect([pace.doubt(2), pace.doubt(6)]).toEqual([1000, 800]);
    pace.took(60_000);
    expect(pace.doubt(2)).toBe(60_000);
  });
});
