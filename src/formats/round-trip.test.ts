import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ByteSource, collect, fromBytes } from "./bytes.ts";
import { cpioArchive } from "./cpio.ts";
import { readCpio } from "./cpio-read.ts";
import { tarArchive, type TarEntry } from "./tar.ts";
import { readTar } from "./tar-read.ts";

const LIMIT = 1 << 26;
const bytesOf = (source: ByteSource): Promise<Uint8Array> => collect(source.stream(), LIMIT);

/** Chunks of one size, with empty ones between them. */
async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    yield new Uint8Array();
  }
}

describe("what is written is read back, whatever it is", () => {
  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 150 })
    .filter((text) => !text.includes("\0"));
  const content = fc.uint8Array({ maxLength: 1500 });

  test("cpio", async () => {
    const entry = fc.record({
      path: name.filter((path) => path !== "TRAILER!!!"),
      mode: fc.integer({ min: 0, max: 0xffff }),
      mtime: fc.integer({ min: 0, max: 0xffffffff }),
      content,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 8 }),
        fc.integer({ min: 1, max: 4000 }),
        async (entries, size) => {
          const bytes = await bytesOf(
            cpioArchive(entries.map((each) => ({ ...each, data: fromBytes(each.content) }))),
          );
          const read = [];
          for await (const { header, body } of readCpio(chunked(bytes, size))) {
            const { path, mode, mtime } = header;
            read.push({ path, mode, mtime, content: new Uint8Array(await collect(body, LIMIT)) });
          }
          expect(read).toEqual(entries.map((each) => ({ ...each })));
        },
      ),
    );
  });

  test("tar", async () => {
    const plainName = name.filter((path) => !path.endsWith("/"));
    const entry = fc.record({
      path: plainName,
      mode: fc.integer({ min: 0, max: 0o7777 }),
      mtime: fc.integer({ min: 0, max: 0xffffffff }),
      uid: fc.integer({ min: 0, max: 5_000_000 }),
      content,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 6 }),
        fc.integer({ min: 1, max: 4000 }),
        async (entries, size) => {
          const wanted = entries.map((each): TarEntry => ({ ...each, data: fromBytes(each.content) }));
          const bytes = await bytesOf(await tarArchive(wanted));
          const read = [];
          for await (const { header, body } of readTar(chunked(bytes, size))) {
            const { path, mode, mtime, uid } = header;
            read.push({ path, mode, mtime, uid, content: new Uint8Array(await collect(body, LIMIT)) });
          }
          expect(read).toEqual(entries);
        },
      ),
    );
  });
});
