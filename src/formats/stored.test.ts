import { createHash } from "node:crypto";
import { crc32, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteSource, collect, fromBytes } from "./bytes.ts";
import { gzipStored, zstdStored } from "./stored.ts";
import { zstdDecompress } from "./zstd.ts";

/** Bytes that no compressor makes smaller. */
function noise(size: number): Uint8Array {
  const bytes = Buffer.alloc(size);
  for (let at = 0, seed = 1; at < size; at++) bytes[at] = (seed = (seed * 48271) % 0x7fffffff) & 0xff;
  return bytes;
}
const all = (source: ByteSource) => collect(source.stream(), 1 << 24);
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const sizes = [0, 1, 65_534, 65_535, 65_536, 131_071, 131_072, 131_073, 262_144, 1_000_003];

describe("zstdStored", () => {
  it.each(sizes)("%i bytes are read back by zstd", async (size) => {
    const data = noise(size);
    const frame = zstdStored(fromBytes(data));
    const bytes = await all(frame);
    expect(bytes.length).toBe(frame.size);
    expect(hash(await collect(zstdDecompress(fromBytes(bytes).stream()), 1 << 24))).toBe(hash(data));
  });
});

describe("gzipStored", () => {
  it.each(sizes)("%i bytes are read back by zlib", async (size) => {
    const data = noise(size);
    const file = gzipStored(fromBytes(data), crc32(data));
    const bytes = await all(file);
    expect(bytes.length).toBe(file.size);
    expect(hash(gunzipSync(bytes))).toBe(hash(data));
  });

  it("is refused by zlib when its checksum is another's", async () => {
    const bytes = await all(gzipStored(fromBytes(noise(10)), 1));
    expect(() => gunzipSync(bytes)).toThrow("incorrect data check");
  });
});

it("gives any part of a frame as the whole has it", async () => {
  const source = zstdStored(fromBytes(noise(400_000)));
  const whole = await all(source);
  const bound = fc.integer({ min: 0, max: source.size });
  await fc.assert(
    fc.asyncProperty(bound, bound, async (one, other) => {
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      expect(hash(await collect(source.stream(start, end), 1 << 24))).toBe(hash(whole.subarray(start, end)));
    }),
    {
      numRuns: 60,
      examples: [
        [0, 6],
        [5, 9],
        [source.size - 1, source.size],
      ],
    },
  );
});
