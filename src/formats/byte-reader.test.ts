import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteReader } from "./byte-reader.ts";
import { collect } from "./bytes.ts";

async function* chunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}

describe("byteReader", () => {
  test("gives the same bytes however they come and are asked for", async () => {
    const sizes = fc.array(fc.nat({ max: 9 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), sizes, sizes, async (bytes, given, asked) => {
        const reader = byteReader(chunks(bytes, given));
        const got: number[] = [];
        for (const size of asked) {
          const seen = await reader.peek(size);
          expect([...seen]).toEqual([...bytes.subarray(reader.offset, reader.offset + size)]);
          if (seen.length < size) break;
          got.push(...(await reader.read(size, "a piece")));
          expect(reader.offset).toBe(got.length);
        }
        got.push(...(await collect(reader.take(bytes.length - got.length, "the rest"), 100)));
        expect(got).toEqual([...bytes]);
        expect(await reader.atEnd()).toBe(true);
      }),
    );
  });

  test("names what the bytes end in, and where", async () => {
    const read = (use: (reader: ReturnType<typeof byteReader>) => Promise<unknown>) =>
      use(byteReader(chunks(new Uint8Array(5), [3])));
    for (const use of [
      read((reader) => reader.read(6, "a header")),
      read((reader) => reader.skip(6, "a header")),
      read((reader) => collect(reader.take(6, "a header"), 100)),
    ])
      await expect(use).rejects.toMatchObject({
        code: "ARCHIVE_CUT_SHORT",
        message: expect.stringMatching(/a header, at byte 5/) as string,
      });
  });

  test("a body that is read after the reader has moved on is an error, not wrong bytes", async () => {
    const reader = byteReader(chunks(new Uint8Array(10), [2, 2]));
    const body = reader.take(6, "a body");
    await body.next();
    await reader.skip(1, "a byte");
    await expect(body.next()).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
  });

  test("closing lets the source go", async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(new Uint8Array(1));
      } finally {
        isClosed = true;
      }
    }
    const reader = byteReader(source());
    await reader.read(3, "three");
    await reader.close();
    expect(isClosed).toBe(true);
  });
});
