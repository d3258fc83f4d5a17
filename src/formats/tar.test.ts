import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { collect, fromBytes, fromText } from "./bytes.ts";
import { tarArchive, type TarEntry } from "./tar.ts";
import { readTar } from "./tar-read.ts";

const entries: TarEntry[] = [
  { path: "d", type: "directory" },
  { path: "d/file", mode: 0o600, mtime: 5, data: fromText("hello"), xattrs: { "security.selinux": "label" } },
  { path: `d/${"long/".repeat(60)}name`, data: fromText("x".repeat(600)) },
  { path: "d/link", type: "symlink", linkTarget: "file" },
  { path: "d/hard", type: "link", linkTarget: "d/file" },
];

async function readAll(bytes: Uint8Array) {
  const found = [];
  for await (const { header, body } of readTar(fromBytes(bytes).stream()))
    found.push({ ...header, text: Buffer.from(await collect(body, 1 << 20)).toString() });
  return found;
}

describe("tar", () => {
  test("what is written is read back", async () => {
    const archive = await tarArchive(entries);
    const bytes = await collect(archive.stream(), 1 << 20);
    expect(bytes.length).toBe(archive.size);
    const read = await readAll(bytes);
    expect(read.map(({ path, type }) => [path, type])).toEqual(
      entries.map((entry) => [entry.path, entry.type ?? "file"]),
    );
    expect(read[1]).toMatchObject({
      mode: 0o600,
      mtime: 5,
      text: "hello",
      xattrs: { "security.selinux": "label" },
    });
    expect(read[2]!.text).toBe("x".repeat(600));
    expect(read[4]).toMatchObject({ linkTarget: "d/file", size: 0 });
  });

  test("GNU tar lists it", async () => {
    const input = await collect((await tarArchive(entries)).stream(), 1 << 20);
    const listing = execFileSync("tar", ["-tvf", "-", "--numeric-owner"], { input, encoding: "utf8" });
    expect(listing).toContain("-rw------- 0/0               5 1970-01-01 00:00 d/file");
    expect(listing).toContain("d/hard link to d/file");
  });

  test("bodies that nobody reads are passed over", async () => {
    const paths = [];
    for await (const { header } of readTar((await tarArchive(entries)).stream())) paths.push(header.path);
    expect(paths.length).toBe(5);
  });

  test.each([0, 1, 2, 3])(
    "what comes %i folders after a body that nobody reads is read whole",
    async (between) => {
      const large = fromBytes(new Uint8Array(300_000).fill(7));
      const folders = Array.from({ length: between }, (_, index): TarEntry => ({
        path: String(index),
        type: "directory",
      }));
      const small: TarEntry = { path: "small", data: fromText("x".repeat(85)) };
      const rest = ["large", "begun", "last"].map((path): TarEntry => ({ path, data: large }));
      const bytes = await collect((await tarArchive([small, ...folders, ...rest])).stream(), 1 << 21);
      const sizes: Record<string, number> = {};
      for await (const { header, body } of readTar(inPieces(bytes))) {
        if (header.path === "small") continue;
        sizes[header.path] = 0;
        for await (const chunk of body) {
          sizes[header.path]! += chunk.length;
          if (header.path === "begun") break;
        }
      }
      expect(sizes).toMatchObject({ large: large.size, last: large.size });
    },
  );
});

/** As a decompressor gives them. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 16_384) {
    await Promise.resolve();
    yield bytes.subarray(at, at + 16_384);
  }
}
