import { describe, expect, test } from "vitest";
import { collect, fromText } from "../formats/bytes.ts";
import { tarArchive, type TarEntry } from "../formats/tar.ts";
import { flatten, type FlattenLimits } from "./flatten.ts";
import { smallLayer } from "./layer.ts";
import type { LayeredImage } from "./layer-read.ts";

/** An image in memory; the first layer is the lowest. */
async function imageOf(...layers: TarEntry[][]): Promise<LayeredImage & { reads: string[] }> {
  const made = await Promise.all(
    layers.map(async (entries) => smallLayer((await tarArchive(entries)).stream())),
  );
  const reads: string[] = [];
  return {
    reads,
    manifest: { layers: made.map(({ descriptor }) => descriptor) },
    blob(descriptor) {
      reads.push(descriptor.digest);
      return made.find((layer) => layer.descriptor.digest === descriptor.digest)!.content.stream();
    },
  };
}

async function read(image: LayeredImage, limits?: FlattenLimits): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { header, body } of flatten(image, limits)) {
    expect(found).not.toHaveProperty([header.path]);
    const text = Buffer.from(await collect(body, 1 << 24)).toString();
    found[header.path] = header.type === "file" ? text : header.type;
  }
  return found;
}

const file = (path: string, text = path): TarEntry => ({ path, data: fromText(text) });
const directory = (path: string): TarEntry => ({ path, type: "directory" });
const hard = (path: string, linkTarget: string): TarEntry => ({ path, type: "link", linkTarget });
const soft = (path: string, linkTarget: string): TarEntry => ({ path, type: "symlink", linkTarget });

describe("flatten", () => {
  test("the upper layer's file wins and directories are merged", async () => {
    const image = await imageOf(
      [directory("etc"), file("etc/a", "old"), file("etc/b")],
      [file("etc/a", "new")],
    );
    expect(await read(image)).toEqual({ "etc/a": "new", etc: "directory", "etc/b": "etc/b" });
  });

  test("a whiteout removes a file or a whole tree of the layers below only", async () => {
    const image = await imageOf(
      [file("a/x"), file("a/y"), file("b/deep/z")],
      [file("a/.wh.x", ""), file(".wh.b", ""), file("b/new")],
    );
    expect(await read(image)).toEqual({ "a/y": "a/y", "b/new": "b/new" });
  });

  test("an opaque directory hides what is below it, and not itself", async () => {
    const image = await imageOf(
      [directory("a"), file("a/x"), file("a/b/c"), file("k")],
      [file("a/.wh..wh..opq", ""), file("a/new")],
    );
    expect(await read(image)).toEqual({ "a/new": "a/new", a: "directory", k: "k" });
  });

  test("a file above a directory hides all that is in it, a directory above a file hides the file", async () => {
    const image = await imageOf([file("a/x"), soft("lib", "usr/lib")], [file("a"), file("lib/m")]);
    expect(await read(image)).toEqual({ a: "a", "lib/m": "lib/m" });
  });

  test("hard links become files, also through chains and to lower layers", async () => {
    const image = await imageOf(
      [file("bin/busybox", "box"), hard("bin/sh", "bin/busybox"), hard("bin/ls", "./bin/sh")],
      [hard("bin/low", "/bin/busybox")],
    );
    expect(await read(image)).toEqual({
      "bin/busybox": "box",
      "bin/sh": "box",
      "bin/ls": "box",
      "bin/low": "box",
    });
  });

  test("each layer is read once when there are no hard links", async () => {
    const image = await imageOf([file("a")], [file("b")]);
    await read(image);
    expect(image.reads).toHaveLength(2);
  });

  test("large targets of several hard links are whole in each", async () => {
    const text = "x".repeat(9 << 20);
    const found = await read(await imageOf([file("big", text), hard("one", "big"), hard("two", "big")]));
    expect([found["one"] === text, found["two"] === text]).toEqual([true, true]);
  });

  test.each<[string, TarEntry[], string]>([
    ["a path that climbs out", [file("../x")], "ARCHIVE_PATH_ESCAPES"],
    ["a whiteout that climbs out", [file("a/.wh...", "")], "ARCHIVE_PATH_ESCAPES"],
    ["a hard link that climbs out", [hard("a", "../../etc/passwd")], "ARCHIVE_PATH_ESCAPES"],
    ["a hard link to nothing", [hard("a", "b")], "ARCHIVE_INVALID"],
    ["hard links in a circle", [hard("a", "b"), hard("b", "a")], "ARCHIVE_INVALID"],
    ["a hard link to a directory", [directory("d"), hard("a", "d")], "ARCHIVE_INVALID"],
    ["a file twice in a layer", [file("a", "1"), file("a", "2")], "ARCHIVE_INVALID"],
    ["a file beneath a symbolic link of its layer", [soft("a", "/etc"), file("a/passwd")], "ARCHIVE_INVALID"],
    ["a symbolic link over files of its layer", [file("a/x"), soft("a", "/etc")], "ARCHIVE_INVALID"],
  ])("refuses %s", async (_name, entries, code) => {
    await expect(read(await imageOf(entries))).rejects.toMatchObject({ code });
  });

  describe("bombs", () => {
    const mebibyte = "x".repeat(1 << 20);
    const limits = { unpacked: 5 << 20, linked: 20 << 20 };
    const large = file("large", "x".repeat(9 << 20));
    const links = (count: number, target: string) =>
      Array.from({ length: count }, (_, index) => hard(`l${index}`, target));

    test("layers that are small each, and too large together", async () => {
      const layers = Array.from({ length: 4 }, (_, index) => [file(`f${index}`, mebibyte)]);
      expect(Object.keys(await read(await imageOf(...layers), limits))).toHaveLength(4);
      const more = await imageOf(...layers, [file("more", mebibyte)]);
      await expect(read(more, limits)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
    });

    test("a small file that many links make large", async () => {
      const image = (count: number) => imageOf([file("f", mebibyte), ...links(count, "f")]);
      expect(Object.keys(await read(await image(18), limits))).toHaveLength(19);
      await expect(read(await image(20), limits)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
    });

    test("a large file whose links each need another reading", async () => {
      const image = (count: number) => imageOf([large, ...links(count, "large")]);
      const enough = { ...limits, unpacked: 16 << 20 };
      expect(Object.keys(await read(await image(2), enough))).toHaveLength(3);
      await expect(read(await image(3), enough)).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
    });
  });

  test("refuses a layer that is none, and one whose tar is damaged", async () => {
    const image = await imageOf([file("a")]);
    const [layer] = image.manifest.layers;
    const artifact = { ...image, manifest: { layers: [{ ...layer!, mediaType: "application/json" }] } };
    await expect(read(artifact)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const broken = { ...image, blob: () => fromText("this is no tar archive".repeat(99)).stream() };
    await expect(read(broken)).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
  });
});
