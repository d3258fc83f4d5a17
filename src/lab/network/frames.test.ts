import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framed, frameReader } from "./frames.ts";

/** Cuts bytes into pieces of these sizes, over and over. */
function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

describe("frames of a stream network", () => {
  it("come out as they went in, whatever pieces the stream comes in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 1600 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        (frames, sizes) => {
          const found: Buffer[] = [];
          const read = frameReader((frame) => found.push(Buffer.from(frame)));
          for (const piece of pieces(Buffer.concat(frames.map(framed)), sizes))
            expect(read(piece)).toBe(true);
          expect(found.map((frame) => frame.toString("hex"))).toEqual(
            frames.map((frame) => Buffer.from(frame).toString("hex")),
          );
        },
      ),
    );
  });

  it("are given up where the stream cannot be one of frames", () => {
    const found: Buffer[] = [];
    const read = frameReader((frame) => found.push(frame));
    expect(read(Buffer.from([0xff, 0xff, 0xff, 0xff, 1]))).toBe(false);
    expect(read(framed(Buffer.from("later")))).toBe(false);
    expect(found).toEqual([]);
  });
});
