import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "full-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("on a full disk every writer ends with NO_SPACE and leaves nothing behind", () => {
  const script = join(import.meta.dirname, "fixtures/fill-disk.ts");
  const line = `mount -t tmpfs -o size=1m none "$1" && exec node --import tsx "$2" "$1"`;
  // A file system of one megabyte in a name space of its own: no root needed where the kernel allows that to users.
  const words = ["--user", "--map-root-user", "--mount", "sh", "-c", line, "sh", folder, script];
  const { codes, left } = JSON.parse(execFileSync("unshare", words, { encoding: "utf8" })) as {
    codes: Record<string, string>;
    left: string[];
  };
  expect(codes).toEqual({ file: "NO_SPACE", sparse: "NO_SPACE", squashfs: "NO_SPACE", fat: "NO_SPACE" });
  expect(left).toEqual([]);
});
