import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { metaBlocks, readMeta } from "./meta-partition.ts";

const KIB = 1 << 10;
const value = fc.record({ key: fc.integer({ min: 6, max: 17 }), value: fc.string({ unit: "grapheme" }) });
const values = fc.uniqueArray(value, { selector: ({ key }) => key, maxLength: 12 });

describe("the META partition", () => {
  it("has the bytes that Talos expects, twice", () => {
    const bytes = Buffer.from(metaBlocks([{ key: 0x0a, value: "net" }]));
    expect(bytes.length).toBe(512 * KIB);
    const block = Buffer.from(bytes.subarray(0, 256 * KIB));
    expect(block.equals(bytes.subarray(256 * KIB))).toBe(true);
    expect(block.subarray(0, 16).toString("hex")).toBe("5a4b3c2d0000000a000000036e657400");
    expect(block.subarray(-4).toString("hex")).toBe("a5b4c3d2");
    const sum = Buffer.from(block.subarray(-36, -4));
    block.fill(0, block.length - 36, block.length - 4);
    expect(createHash("sha256").update(block).digest().equals(sum)).toBe(true);
  });

  it("is read as it was written, by key, whatever the order", () => {
    fc.assert(
      fc.property(values, (some) => {
        const sorted = [...some].sort((a, b) => a.key - b.key);
        expect(readMeta(metaBlocks(some))).toEqual(sorted);
        expect(Buffer.from(metaBlocks(some)).equals(metaBlocks(sorted))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("is read from its second block when the first is damaged, and not at all when both are", () => {
    const bytes = metaBlocks([{ key: 12, value: "x" }]);
    bytes[20] = 1;
    expect(readMeta(bytes)).toEqual([{ key: 12, value: "x" }]);
    bytes[256 * KIB + 20] = 1;
    expect(readMeta(bytes)).toBeUndefined();
    expect(readMeta(new Uint8Array(8))).toBeUndefined();
    expect(readMeta(new Uint8Array(512 * KIB))).toBeUndefined();
  });

  it("refuses values that do not fit", () => {
    expect(() => metaBlocks([{ key: 12, value: "x".repeat(256 * KIB) }])).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED" }),
    );
  });
});
