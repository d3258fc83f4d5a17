import fc from "fast-check";
import { expect, it } from "vitest";
import { rolesOfShard } from "./shard.ts";

it("puts every role into exactly one shard, and none is empty where there are roles for all", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 20 }),
      fc.integer({ min: 1, max: 12 }),
      (roles, of) => {
        const shards = Array.from({ length: of }, (_, index) =>
          rolesOfShard(roles, { index: index + 1, of }),
        );
        expect(shards.flat().sort()).toEqual(roles.toSorted());
        if (of <= roles.length) expect(shards.every((shard) => shard.length > 0)).toBe(true);
      },
    ),
  );
});
