import { describe, expect, it } from "vitest";
import { trust } from "./trust.ts";

describe("trust", () => {
  it("puts those that answered first, the overtaken behind them, and those that failed last", () => {
    const one = trust();
    for (const endpoint of ["a", "b", "c"]) one.gained(endpoint);
    one.overtaken("a");
    one.gained("a");
    one.lost("b");
    expect(one.rank("c")).toBeLessThan(one.rank("a"));
    expect(one.rank("a")).toBeLessThan(one.rank("b"));
    expect(one.rank("b")).toBe(one.rank("never asked"));
    one.overtaken("c");
    expect(one.rank("a")).toBeLessThan(one.rank("c"));
    one.overtaken("b");
    expect(one.rank("b")).toBe(Infinity);
  });
});
