import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { collect, fromBytes, fromText } from "./bytes.ts";
import { cpioArchive } from "./cpio.ts";
import { listSegments, readSegment, type Segment } from "./segments.ts";
import { zstdCompress } from "./zstd.ts";

const file = (path: string, text = path) => ({ path, mode: 0o100644, data: fromText(text) });
const cpio = async (...paths: string[]): Promise<Buffer> =>
  Buffer.from(await collect(cpioArchive(paths.map((path) => file(path))).stream(), 1 << 20));
const zstd = (input: Uint8Array, ...flags: string[]): Buffer =>
  execFileSync("zstd", ["-q", "-c", ...flags], { input });

async function read(bytes: Uint8Array): Promise<{ segments: Segment[]; paths: string[][] }> {
  const source = fromBytes(bytes);
  const segments = await listSegments(source);
  const paths = [];
  for (const segment of segments) {
    const found: string[] = [];
    for await (const { header, body } of readSegment(source, segment)) {
      expect(Buffer.from(await collect(body, 1 << 20)).toString()).toBe(header.path);
      found.push(header.path);
    }
    paths.push(found);
  }
  return { segments, paths };
}

describe("segments of an initramfs", () => {
  test("plain, zstd, xz and gzip, with NULs between them, each with its exact bytes", async () => {
    const pieces: [Segment["compression"], Buffer][] = [
      ["plain", await cpio("kernel/x")],
      ["zstd", zstd(await cpio("init", "rootfs.sqsh"), "-3")],
      ["xz", execFileSync("xz", ["-0", "-c", "-C", "crc32"], { input: await cpio("a") })],
      ["gzip", execFileSync("gzip", ["-c"], { input: await cpio("b") })],
      ["zstd", zstd(await cpio("c"), "-19", "--no-check")],
    ];
    const bytes = Buffer.concat(pieces.flatMap(([, piece], index) => [piece, Buffer.alloc(index * 3)]));
    const { segments, paths } = await read(bytes);
    expect(segments.map(({ compression }) => compression)).toEqual(pieces.map(([name]) => name));
    for (const [index, { offset, size }] of segments.entries())
      expect(bytes.subarray(offset, offset + size).equals(pieces[index]![1])).toBe(true);
    expect(paths).toEqual([["kernel/x"], ["init", "rootfs.sqsh"], ["a"], ["b"], ["c"]]);
  });

  test("two plain archives are two segments, and several archives in one frame are one", async () => {
    const [one, two] = [await cpio("one"), await cpio("two")];
    const { paths } = await read(
      Buffer.concat([one, two, Buffer.alloc(4), zstd(Buffer.concat([one, Buffer.alloc(8), two]))]),
    );
    expect(paths).toEqual([["one"], ["two"], ["one", "two"]]);
  });

  test("a plain archive without a trailer", async () => {
    const whole = await cpio("one");
    const { paths, segments } = await read(
      Buffer.concat([whole.subarray(0, whole.length - 124), Buffer.alloc(8)]),
    );
    expect(paths).toEqual([["one"]]);
    expect(segments[0]!.size).toBe(whole.length - 124);
  });

  test("frames of every kind that zstd and xz write", async () => {
    const data = Buffer.concat([await cpio("x"), Buffer.alloc(600_000)]);
    for (const flags of [["-1"], ["-19"], ["--no-check"], ["--no-content-size"], ["--long=27"], ["-T2"]])
      expect((await read(zstd(data, ...flags))).paths).toEqual([["x"]]);
    for (const flags of [
      ["-0"],
      ["-9"],
      ["-C", "sha256"],
      ["-C", "none"],
      ["-T2", "--block-size=65536"],
      ["--x86", "--lzma2"],
    ])
      expect((await read(execFileSync("xz", ["-c", ...flags], { input: data }))).paths).toEqual([["x"]]);
  });

  test("our own compressor writes exactly one frame", async () => {
    const data = Buffer.alloc(20 << 20, "talos roles ");
    const input = Buffer.concat([await cpio("x"), Buffer.alloc(4 << 20), await cpio("y")]);
    for (const content of [input, Buffer.concat([input, Buffer.alloc(4)])])
      expect(
        (await read(await collect(zstdCompress(fromBytes(content).stream(), { level: 3 }), 1 << 24))).paths,
      ).toEqual([["x", "y"]]);
    const packed = await collect(zstdCompress(fromBytes(data).stream(), { level: 1 }), 1 << 24);
    expect(await listSegments(fromBytes(packed))).toMatchObject([{ offset: 0, size: packed.length }]);
  });

  test.each<[string, string, () => Promise<Uint8Array>]>([
    [
      "SEGMENT_UNALIGNED",
      "a plain segment at a wrong place",
      async () => Buffer.concat([Buffer.alloc(2), await cpio("x")]),
    ],
    [
      "SEGMENT_UNKNOWN",
      "a skippable frame",
      async () => Buffer.concat([zstd(await cpio("x")), Buffer.from("502a4d1804000000aabbccdd", "hex")]),
    ],
    ["SEGMENT_UNKNOWN", "text", () => Promise.resolve(Buffer.from("hello"))],
    [
      "SEGMENT_WINDOW_TOO_LARGE",
      "a window beyond 2^27",
      async () => zstd(await cpio("x"), "-1", "--long=28", "--no-content-size"),
    ],
    ["ARCHIVE_CUT_SHORT", "a zstd frame that is cut", async () => zstd(await cpio("x")).subarray(0, -1)],
    [
      "ARCHIVE_CUT_SHORT",
      "an xz stream that is cut",
      async () => execFileSync("xz", ["-c"], { input: await cpio("x") }).subarray(0, -1),
    ],
    [
      "ARCHIVE_CUT_SHORT",
      "a gzip member that is cut",
      async () => execFileSync("gzip", ["-c"], { input: await cpio("x") }).subarray(0, -1),
    ],
    ["ARCHIVE_CUT_SHORT", "a plain archive that is cut", async () => (await cpio("x")).subarray(0, 130)],
    [
      "ARCHIVE_INVALID",
      "a plain archive with a broken header",
      async () => Buffer.from((await cpio("x")).toString("latin1").replace("000081A4", "0000zzzz"), "latin1"),
    ],
    [
      "SEGMENT_ENTRY_SPLIT",
      "an entry cut across two frames",
      async () => {
        const archive = await cpio("x".repeat(300));
        return Buffer.concat([zstd(archive.subarray(0, 500)), zstd(archive.subarray(500))]);
      },
    ],
  ])("%s: %s", async (code, _, make) => {
    await expect(read(await make())).rejects.toMatchObject({ code });
  });
});
