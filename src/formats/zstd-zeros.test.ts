import fc from "fast-check";
import { expect, it } from "vitest";
import { byteReader } from "./byte-reader.ts";
import { collect } from "./bytes.ts";
import { zstdBound } from "./zstd-bound.ts";
import { walkZstdFrame } from "./zstd-frame.ts";
import { zstdZeros } from "./zstd-zeros.ts";
import { zstdDecompress } from "./zstd.ts";

it("zstd unpacks a frame of zeros to as many zeros", async () => {
  for (const size of [1, 131_071, 131_072, 131_073, 5_000_000]) {
    const bytes = await collect(zstdDecompress(zstdZeros(size).stream()), size);
    expect(Buffer.alloc(size).equals(bytes)).toBe(true);
  }
});

it("is one whole frame of any size, and its bound is its size", async () => {
  const size = fc.integer({ min: 1, max: 2 ** 33 });
  await fc.assert(
    fc.asyncProperty(size, async (size) => {
      const frame = zstdZeros(size);
      const reader = byteReader(frame.stream());
      await walkZstdFrame(reader);
      expect(await reader.atEnd()).toBe(true);
      expect(await zstdBound(frame)).toBe(size);
    }),
    { numRuns: 20 },
  );
});
