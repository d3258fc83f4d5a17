import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { collect, fromBytes } from "./bytes.ts";
import { type Extent, fromExtents, writeSparse } from "./extents.ts";

const folder = mkdtempSync(join(tmpdir(), "extents-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("the stream and the file have the same bytes, with zeros where nothing is", async () => {
  const pieces = fc.array(
    fc.record({ gap: fc.nat({ max: 5000 }), bytes: fc.uint8Array({ maxLength: 300 }) }),
    {
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat({ max: 9000 }), async (pieces, rest) => {
      const extents: Extent[] = [];
      let at = 0;
      for (const { gap, bytes } of pieces) {
        extents.push({ offset: at + gap, data: fromBytes(bytes) });
        at += gap + bytes.length;
      }
      const wanted = Buffer.alloc(at + rest);
      for (const [index, { offset }] of extents.entries()) wanted.set(pieces[index]!.bytes, offset);
      const path = join(folder, "disk");
      await writeSparse(path, wanted.length, extents.toReversed());
      expect(readFileSync(path).equals(wanted)).toBe(true);
      const image = fromExtents(wanted.length, extents.toReversed());
      expect(wanted.equals(await collect(image.stream(), 1 << 20))).toBe(true);
      const [from, to] = [Math.floor(wanted.length / 3), Math.floor(wanted.length / 2)];
      expect(wanted.subarray(from, to).equals(await collect(image.stream(from, to), 1 << 20))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("a disk of gigabytes takes no space where nothing is", async () => {
  const path = join(folder, "large");
  await writeSparse(path, 8 * 2 ** 30, [
    { offset: 5 * 2 ** 30, data: fromBytes(new Uint8Array(10).fill(1)) },
  ]);
  expect(statSync(path).size).toBe(8 * 2 ** 30);
  expect(statSync(path).blocks * 512).toBeLessThan(1 << 20);
});
