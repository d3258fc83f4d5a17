import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect } from "./bytes.ts";
import { listSquashfs, readSquashfs, readSquashfsFile } from "./squashfs-read.ts";

const folder = mkdtempSync(join(tmpdir(), "squashfs-"));
const image = join(folder, "image.sqsh");
const text = async (body: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.from(await collect(body, 1 << 20)).toString();
const make = (tree: string, output: string): Buffer =>
  execFileSync("mksquashfs", [
    tree,
    output,
    "-noappend",
    "-no-progress",
    "-quiet",
    "-all-root",
    "-comp",
    "zstd",
  ]);

beforeAll(() => {
  const tree = join(folder, "tree");
  mkdirSync(join(tree, "usr/bin"), { recursive: true });
  writeFileSync(join(tree, "usr/bin/a b"), "hello", { mode: 0o755 });
  writeFileSync(join(tree, "big"), Buffer.alloc(700_000, "block"));
  for (const name of ["new\nline", "tab\tname", "\u001b[31mred", "back\\slash", 'q"uote*', "#"])
    writeFileSync(join(tree, name), name);
  symlinkSync("with space\\x", join(tree, "usr/link"));
  linkSync(join(tree, "big"), join(tree, "zz-hard"));
  execFileSync("mkfifo", [join(tree, "fifo")]);
  make(tree, image);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("squashfs", () => {
  test("lists every entry, whatever its name", async () => {
    const entries = await listSquashfs(image);
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    expect([...byPath.keys()].sort()).toEqual(
      ["", "usr", "usr/bin", "usr/bin/a b", "usr/link", "big", "zz-hard", "fifo", "#"]
        .concat(["new\nline", "tab\tname", "\u001b[31mred", "back\\slash", 'q"uote*'])
        .sort(),
    );
    expect(byPath.get("usr/bin/a b")).toMatchObject({ type: "file", mode: 0o755, uid: 0, gid: 0, size: 5 });
    expect(byPath.get("usr/link")).toMatchObject({ type: "symlink", linkTarget: "with space\\x" });
    expect(byPath.get("zz-hard")).toMatchObject({ type: "link", linkTarget: "big" });
    expect(byPath.get("fifo")).toMatchObject({ type: "fifo" });
  });

  test("gives every file its own content", async () => {
    for await (const { header, body } of readSquashfs(image)) {
      const content = await text(body);
      expect(content.length).toBe(header.size);
      if (/\n|\t|red|slash|quote|#/.test(header.path)) expect(content).toBe(header.path);
    }
  });

  test("reads chosen paths, without wildcards, and leaves out what is not there", async () => {
    const found = [];
    for await (const { header, body } of readSquashfs(image, {
      paths: ["usr/bin", 'q"uote*', "nosuch", "u*"],
    }))
      if (header.type === "file") found.push([header.path, await text(body)]);
    expect(found).toEqual([
      ['q"uote*', 'q"uote*'],
      ["usr/bin/a b", "hello"],
    ]);
  });

  test("one file, or FILE_NOT_FOUND", async () => {
    expect(await text(readSquashfsFile(image, "new\nline"))).toBe("new\nline");
    await expect(text(readSquashfsFile(image, "usr/nosuch"))).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
    await expect(text(readSquashfsFile(image, "usr"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });

  test("an image that lies at an offset in a file", async () => {
    const inside = join(folder, "inside");
    writeFileSync(inside, Buffer.concat([Buffer.alloc(1000, 7), readFileSync(image)]));
    expect((await listSquashfs(inside, { offset: 1000 })).length).toBe(14);
  });

  test("a link target that forges entries is refused", async () => {
    const tree = join(folder, "forged");
    mkdirSync(tree);
    symlinkSync("a\nforged R 1 644 0 0 0 0", join(tree, "evil"));
    make(tree, join(folder, "forged.sqsh"));
    await expect(listSquashfs(join(folder, "forged.sqsh"))).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
    });
  });

  test("files that unpack to more than is allowed are refused before they are read", async () => {
    const read = readSquashfs(image, { limit: 600_000 });
    await expect(read.next()).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
  });

  test("what is cut short, or no squashfs at all, is named", async () => {
    const bytes = readFileSync(image);
    writeFileSync(join(folder, "cut"), bytes.subarray(0, bytes.length - 3500));
    writeFileSync(join(folder, "other"), "not squashfs");
    await expect(listSquashfs(join(folder, "cut"))).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    await expect(listSquashfs(join(folder, "other"))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
    await expect(listSquashfs(join(folder, "nosuch"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });
});
