import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeFileWhole } from "../../src/formats/files.ts";
import { makeTestImage, release, type TestImage, testInitramfs, testUki } from "../helpers/test-image.ts";

const folder = mkdtempSync(join(tmpdir(), "inspect-"));
const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const run = async (...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> => {
  const words = ["--import", "tsx", bin, "inspect", ...args];
  return promisify(execFile)(process.execPath, words, { maxBuffer: 1 << 26 }).then(
    (done) => ({ status: 0, ...done }),
    (error: { code: number; stdout: string; stderr: string }) => ({ ...error, status: error.code }),
  );
};

let image: TestImage;
beforeAll(async () => {
  image = await makeTestImage(folder);
  await writeFileWhole(join(folder, "uki.efi"), (await testUki(image)).stream());
  const { drbd: _, ...rest } = image.segments;
  await writeFileWhole(join(folder, "broken"), testInitramfs({ ...image, segments: rest }).stream());
});
afterAll(() => rmSync(folder, { recursive: true }));

test("--json has the shape that others rely on", async () => {
  const { status, stdout, stderr } = await run(join(folder, "uki.efi"), "--json");
  expect([status, stderr]).toEqual([0, ""]);
  const found = JSON.parse(stdout) as Record<string, unknown>;
  expect(found).toMatchObject({
    talosVersion: "v1.13.6",
    arch: "arm64",
    kernelRelease: release,
    cmdline: expect.stringContaining("talos.platform=metal") as string,
    extensions: [
      { name: "drbd", version: "9.2.14-v1.13.6" },
      { name: "zfs", version: "2.3.4-v1.13.6" },
      { name: "tailscale", version: "1.90.0" },
    ],
  });
  expect(Object.keys(found["contract"] as object)).toEqual([
    "services",
    "modules",
    "criParts",
    "firmwareBytes",
    "emptyOn",
  ]);
});

test("what is wrong is printed and ends with status 1; wrong use with 2", async () => {
  const broken = await run(join(folder, "broken"));
  expect(broken.status).toBe(1);
  expect(broken.stdout).toContain("error layer-missing: extensions.yaml lists drbd.sqsh");
  expect(await run(join(folder, "nosuch"))).toMatchObject({ status: 2 });
});
