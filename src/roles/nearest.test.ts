import { describe, expect, it } from "vitest";
import { alternatives, nearest } from "./nearest.ts";

describe("nearest", () => {
  const names = ["drbd", "zfs", "spin", "tailscale", "arm64", "amd64", "extensions"];

  it.each([
    ["tailscal", ["tailscale"]],
    ["tailscael", ["tailscale"]],
    ["TailScale", ["tailscale"]],
    ["zsf", ["zfs"]],
    ["amr64", ["arm64", "amd64"]],
    ["extentions", ["extensions"]],
    ["iscsi-tools", []],
    ["tail", ["tailscale"]],
    ["", []],
  ])("%j → %j", (word, expected) => {
    expect(nearest(word, names)).toEqual(expected);
  });

  it("gives at most as many as asked for, and none twice", () => {
    expect(nearest("arm64", ["arm64", "arm64", "amd64", "arm65", "arm66"], 2)).toEqual(["arm64", "arm65"]);
  });

  it("is quick on absurd input", () => {
    expect(nearest("x".repeat(1_000_000), names)).toEqual([]);
  });
});

it("alternatives reads as people write", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(alternatives)).toEqual([
    "",
    "`a`",
    "`a` or `b`",
    "`a`, `b` or `c`",
  ]);
});
