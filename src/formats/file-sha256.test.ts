import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fileSha256 } from "./file-sha256.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-sha256-"));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([0, 1, 1 << 18, (1 << 18) + 1, 3_000_001])("digests a file of %i bytes", async (size) => {
  const bytes = randomBytes(size);
  const path = join(folder, String(size));
  await writeFile(path, bytes);
  expect(await fileSha256(path)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

it("knows a file that is not there from one that cannot be read", async () => {
  expect(await fileSha256(join(folder, "nothing"))).toBeUndefined();
  await expect(fileSha256(folder)).rejects.toMatchObject({ code: "EISDIR" });
});
