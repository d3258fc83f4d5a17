import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Content,
  extensionFiles,
  extensionManifest,
  imageFiles,
} from "../../tests/helpers/image-files.ts";
import { collect } from "../formats/bytes.ts";
import { listSquashfs } from "../formats/squashfs-read.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import { quirksOf } from "../talos/quirks.ts";
import { readEntry, writeEntryList } from "./cache-entry.ts";
import { readSegment, type Segment, writeSegment } from "./segment.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "segment-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function make(
  files: AsyncIterable<ReadTarEntry>,
  version = "v1.13.6",
  name = "piece",
): Promise<Segment> {
  const [piece, scratch] = [join(folder, name), join(folder, `${name}-scratch`)];
  await mkdir(piece);
  await mkdir(scratch);
  await writeSegment(files, piece, scratch, { quirks: quirksOf(version), where: "test/ext:1" });
  await writeEntryList(piece);
  const entry = await readEntry(piece);
  return readSegment(entry!, "ext.sqsh");
}

/** The segment in the hands of zstd and cpio: paths and content as GNU cpio unpacks them. */
async function unpack({ bytes }: Segment): Promise<Record<string, string>> {
  const target = join(folder, "unpacked");
  await mkdir(target);
  await writeFile(join(folder, "segment"), await collect(bytes.stream(), 1 << 26));
  // One cpio run for each archive; each ends at a multiple of 512, where the next begins.
  const script =
    "zstd -dcq segment | (cd unpacked; while cpio -idmu --quiet --no-absolute-filenames 2>/dev/null; do :; done)";
  execFileSync("sh", ["-c", script], { cwd: folder });
  const listing = execFileSync("find", [".", "-mindepth", "1", "-printf", "%P %y%m %s %l\\n"], {
    cwd: target,
  });
  const lines = listing.toString().trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => [line.split(" ")[0]!, line.split(" ").slice(1).join(" ").trim()]),
  );
}

const paths = async ({ layer }: Segment) =>
  Object.fromEntries(
    (await listSquashfs(layer)).map(({ path, type, mode }) => [path, `${type} ${mode.toString(8)}`]),
  );

describe("writeSegment", () => {
  it("puts the root file system into one layer, without the manifest", async () => {
    const segment = await make(
      extensionFiles("ext", {
        "usr/local/bin/tool": { mode: 0o4755 },
        "usr/local/lib": { type: "directory", mode: 0o555 },
        "usr/local/lib/a.so": "a",
        "usr/local/lib/b.so": { type: "symlink", linkTarget: "a.so", mode: 0o777 },
      }),
    );
    expect(await paths(segment)).toEqual({
      "": "directory 755",
      usr: "directory 755",
      "usr/local": "directory 755",
      "usr/local/bin": "directory 755",
      "usr/local/bin/tool": "file 4755",
      "usr/local/lib": "directory 755",
      "usr/local/lib/a.so": "file 644",
      "usr/local/lib/b.so": "symlink 777",
    });
    expect(segment.manifest).toMatchObject({ name: "ext", version: "1.0.0", compatibility: ">= 1.9.0" });
    expect(Object.keys(await unpack(segment))).toEqual(["ext.sqsh"]);
  });

  it("moves firmware out of the layer, with all its parents, and microcode apart from it", async () => {
    const segment = await make(
      extensionFiles("ext", {
        "usr/lib/firmware/intel-ucode": null,
        "usr/lib/firmware/intel-ucode/06-02": "second",
        "usr/lib/firmware/intel-ucode/06-01": "first,",
        "usr/lib/firmware/amd-ucode/microcode_amd.bin": "amd",
        "usr/lib/firmware/amd-ucode/README": "text",
        "usr/lib/firmware/i915": { type: "directory", mode: 0o700 },
        "usr/lib/firmware/i915/a.bin": "firmware",
        "usr/lib/firmware/i915/b.bin": { type: "symlink", linkTarget: "a.bin" },
        "usr/share/doc": "doc",
      }),
    );
    expect(Object.keys(await paths(segment))).toEqual(["", "usr", "usr/share", "usr/share/doc"]);
    const unpacked = await unpack(segment);
    delete unpacked["ext.sqsh"];
    expect(unpacked).toEqual({
      usr: expect.stringMatching(/^d755/),
      "usr/lib": expect.stringMatching(/^d755/),
      "usr/lib/firmware": expect.stringMatching(/^d755/),
      "usr/lib/firmware/amd-ucode": expect.stringMatching(/^d755/),
      "usr/lib/firmware/amd-ucode/README": "f644 4",
      "usr/lib/firmware/i915": expect.stringMatching(/^d700/),
      "usr/lib/firmware/i915/a.bin": "f644 8",
      "usr/lib/firmware/i915/b.bin": "l777 5 a.bin",
    });
    const { intel, amd } = segment.microcode;
    expect(Buffer.from(await collect(intel!.stream(), 99)).toString()).toBe("first,second");
    expect(Buffer.from(await collect(amd!.stream(), 99)).toString()).toBe("amd");
  });

  it("looks for firmware where the Talos version has it", async () => {
    const files = { "lib/firmware/x": "old", "usr/lib/firmware/y": "new" };
    const old = await make(extensionFiles("ext", files), "v1.9.6", "old");
    expect(Object.keys(await paths(old))).toContain("usr/lib/firmware/y");
    expect(Object.keys(await paths(old))).not.toContain("lib/firmware/x");
  });

  it("leaves no firmware archive where there are only folders and microcode", async () => {
    await make(
      extensionFiles("ext", { "usr/lib/firmware/intel-ucode/06": "x", "usr/lib/firmware/empty": null }),
    );
    expect(await readdir(join(folder, "piece"))).toEqual([
      "GenuineIntel.bin",
      "layer.sqsh",
      "manifest.json",
      "piece.json",
    ]);
  });

  it("gives the same bytes again", async () => {
    const files = () =>
      extensionFiles("ext", { "usr/bin/x": "x".repeat(300_000), "usr/lib/firmware/f": "y".repeat(99) });
    const [one, other] = [await make(files(), undefined, "one"), await make(files(), undefined, "other")];
    const bytes = (segment: Segment) => collect(segment.bytes.stream(), 1 << 26);
    expect(Buffer.compare(await bytes(one), await bytes(other))).toBe(0);
  });

  const wrong: [string, Record<string, Content>, string][] = [
    [
      "another file at the top",
      { "manifest.yaml": extensionManifest("e"), rootfs: null, etc: null },
      "EXTENSION_INVALID",
    ],
    ["no manifest", { rootfs: null, "rootfs/a": "a" }, "EXTENSION_INVALID"],
    ["no rootfs", { "manifest.yaml": extensionManifest("e") }, "EXTENSION_INVALID"],
    [
      "a device node",
      { "manifest.yaml": extensionManifest("e"), "rootfs/dev/x": { type: "character-device" } },
      "EXTENSION_INVALID",
    ],
    [
      "an entry that climbs out",
      { "manifest.yaml": extensionManifest("e"), "rootfs/../../x": "x" },
      "ARCHIVE_PATH_ESCAPES",
    ],
    [
      "a file below a symbolic link",
      {
        "manifest.yaml": extensionManifest("e"),
        "rootfs/a": { type: "symlink", linkTarget: "/etc" },
        "rootfs/a/b": "x",
      },
      "ARCHIVE_PATH_ESCAPES",
    ],
    [
      "firmware that is no folder",
      {
        "manifest.yaml": extensionManifest("e"),
        "rootfs/usr/lib/firmware": { type: "symlink", linkTarget: "/x" },
      },
      "EXTENSION_INVALID",
    ],
  ];
  it.each(wrong)("refuses an extension with %s", async (_, files, code) => {
    await expect(make(imageFiles(files))).rejects.toMatchObject({ code });
  });
});
