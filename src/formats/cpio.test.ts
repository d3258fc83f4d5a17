import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collect, fromBytes, fromText } from "./bytes.ts";
import { cpioArchive, type CpioEntry } from "./cpio.ts";
import { readCpio } from "./cpio-read.ts";

const entries: CpioEntry[] = [
  { path: "usr", mode: 0o040755, data: fromText("") },
  { path: "usr/a", mode: 0o100644, mtime: 1_000_000, data: fromText("hello") },
  { path: "usr/link", mode: 0o120777, data: fromText("a") },
  { path: "empty", mode: 0o100600, data: fromText("") },
];
const folder = mkdtempSync(join(tmpdir(), "cpio-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytesOf = (list: CpioEntry[], padTo?: number): Promise<Uint8Array> =>
  collect(cpioArchive(list, padTo === undefined ? {} : { padTo }).stream(), 1 << 20);

async function readAll(bytes: Uint8Array): Promise<{ path: string; mode: number; text: string }[]> {
  const found = [];
  for await (const { header, body } of readCpio(fromBytes(bytes).stream())) {
    const text = Buffer.from(await collect(body, 1 << 20)).toString();
    found.push({ path: header.path, mode: header.mode, text });
  }
  return found;
}

describe("cpio", () => {
  test("GNU cpio unpacks what we write", async () => {
    const archive = await bytesOf(entries, 512);
    expect(archive.length % 512).toBe(0);
    execFileSync("cpio", ["-idm", "--quiet"], { cwd: folder, input: archive });
    expect(readFileSync(join(folder, "usr/link"), "utf8")).toBe("hello");
    expect(readdirSync(folder).sort()).toEqual(["empty", "usr"]);
  });

  test("we read what GNU cpio writes", async () => {
    const archive = execFileSync("cpio", ["-o", "-H", "newc", "--quiet"], {
      cwd: folder,
      input: "usr\nusr/a\nusr/link\nempty\n",
    });
    const read = await readAll(archive);
    expect(read.map((entry) => entry.path)).toEqual(["usr", "usr/a", "usr/link", "empty"]);
    expect(read[1]).toMatchObject({ mode: 0o100644, text: "hello" });
    expect(read[2]).toMatchObject({ mode: 0o120777, text: "a" });
  });

  test("several archives with NULs between them are read as one", async () => {
    const one = await bytesOf(entries);
    const read = await readAll(Buffer.concat([one, Buffer.alloc(8), one]));
    expect(read.length).toBe(8);
  });

  test("bodies that nobody reads are passed over", async () => {
    const paths = [];
    for await (const { header } of readCpio(cpioArchive(entries).stream())) paths.push(header.path);
    expect(paths).toEqual(["usr", "usr/a", "usr/link", "empty"]);
  });
});
