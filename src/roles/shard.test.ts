import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { type Choice, chosenTargets } from "./chosen-targets.ts";
import { shareOf } from "./shard.ts";

it("puts everything into exactly one share, and none is empty where there is enough for all", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 20 }),
      fc.integer({ min: 1, max: 12 }),
      (roles, of) => {
        const shards = Array.from({ length: of }, (_, index) => shareOf(roles, { index: index + 1, of }));
        expect(shards.flat().sort()).toEqual(roles.toSorted());
        if (of <= roles.length) expect(shards.every((shard) => shard.length > 0)).toBe(true);
      },
    ),
  );
});

describe("what a command is about", () => {
  const roles = rolesOf("cluster: {arch: [amd64, arm64]}\nroles: {a: {}, b: {}, c: {arch: arm64}}\n");
  const names = (choice: Choice) => chosenTargets(roles, choice).map(({ role, arch }) => `${role}-${arch}`);

  it("is shared by roles and architectures: each is in one shard, whichever command asks", () => {
    const shards = [1, 2, 3].map((index) => names({ shard: { index, of: 3 } }));
    expect(shards).toEqual([["a-amd64", "b-arm64"], ["a-arm64", "c-arm64"], ["b-amd64"]]);
    expect(names({ only: ["a"], shard: { index: 2, of: 2 } })).toEqual(["a-arm64"]);
    expect(names({ arch: "arm64", shard: { index: 1, of: 2 } })).toEqual(["a-arm64", "c-arm64"]);
  });

  it("is never nothing without a word", () => {
    const empty: [Choice, RegExp][] = [
      [{ shard: { index: 6, of: 6 } }, /I\/5/],
      [{ only: ["c"], arch: "amd64" }, /arm64/],
      [{ only: ["c"], arch: "amd64", shard: { index: 1, of: 2 } }, /arm64/],
    ];
    for (const [choice, hint] of empty)
      expect(() => names(choice)).toThrow(
        expect.objectContaining({ code: "USAGE", hint: expect.stringMatching(hint) as string }) as Error,
      );
  });
});
