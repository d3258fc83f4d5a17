import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromBytes, fromFile, fromText } from "../formats/bytes.ts";
import { listFat, readFatFile } from "../formats/fat-read.ts";
import { isIso, readIsoBoot } from "../formats/iso-read.ts";
import { collect } from "../formats/bytes.ts";
import { makeIsoImage, volumeIdOf } from "./iso.ts";

const MIB = 1 << 20;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "iso="));
});
afterAll(() => rm(folder, { recursive: true }));

const uki = Buffer.alloc(2 * MIB + 17, "uki");
async function make(name: string): Promise<string> {
  const scratch = join(folder, `scratch ${name}`);
  await mkdir(scratch);
  const [source, output] = [join(folder, `${name}.efi`), join(folder, `${name}.iso`)];
  writeFileSync(source, uki);
  const content = { version: "v1.13.6", arch: "arm64", sdBoot: fromText("sd-boot") } as const;
  await makeIsoImage({ ...content, uki: source, output, scratch });
  return output;
}

const xorriso = (path: string, ...args: string[]): string =>
  execFileSync("xorriso", ["-indev", path, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
const files = ["EFI/BOOT/BOOTAA64.EFI", "EFI/Linux/Talos-v1.13.6.efi", "loader/loader.conf"];

describe("an ISO", () => {
  it("satisfies xorriso, which finds in it what UEFI firmware starts", async () => {
    const path = await make("one");
    expect(xorriso(path, "-find", "/", "-type", "f")).toBe(files.map((file) => `'/${file}'\n`).join(""));
    const report = xorriso(path, "-report_el_torito", "plain", "-report_system_area", "plain");
    expect(report).toMatch(/El Torito boot img :\s+1\s+UEFI\s+y/);
    expect(report).toMatch(/MBR partition\s+:\s+2\s+0x00\s+0xef/);
    expect(xorriso(path, "-pvd_info")).toContain("Volume Id    : TALOS_V1_13_6");
    expect(xorriso(path, "-check_media", "--", "-pvd_info")).toContain("Volume Set Id: Talos-v1.13.6");
  });

  it("is found by our own reader, and its EFI partition has no fault", async () => {
    const path = await make("two");
    const source = await fromFile(path);
    expect(await isIso(source)).toBe(true);
    const { offset, volumeId } = await readIsoBoot(source);
    expect(volumeId).toBe("TALOS_V1_13_6");
    expect(await listFat({ path, offset })).toEqual(files);
    const read = await collect(readFatFile({ path, offset }, files[1]!), 3 * MIB);
    expect(uki.equals(read)).toBe(true);
    const loose = join(folder, "efi.img");
    execFileSync("dd", [
      `if=${path}`,
      `of=${loose}`,
      "bs=2048",
      `skip=${offset / 2048}`,
      "count=20480",
      "status=none",
    ]);
    execFileSync("fsck.fat", ["-n", loose]);
  });

  it("has the same bytes whatever the clock, the umask and the modes of files say", async () => {
    const one = await make("first");
    const before = process.umask(0o077);
    const other = await make("second").finally(() => process.umask(before));
    expect(readFileSync(other).equals(readFileSync(one))).toBe(true);
  });

  it("that cannot be made leaves nothing", async () => {
    const scratch = join(folder, "gone");
    await mkdir(scratch);
    const content = { version: "v1.13.6", arch: "arm64", sdBoot: fromText("x"), scratch } as const;
    const output = join(folder, "gone.iso");
    await expect(makeIsoImage({ ...content, uki: join(folder, "nosuch"), output })).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
    expect((await readdir(folder)).filter((name) => name.includes("gone.iso"))).toEqual([]);
  });
});

describe("volumeIdOf", () => {
  it.each([
    ["v1.7.6", "TALOS_V1_7_6"],
    ["v1.14.0-rc.1+a", "TALOS_V1_14_0_RC_1A"],
    ["v1.14.0-alpha.0-a-very-long-name", "TALOS_V1_14_0_ALPHA_0_A_VERY_LON"],
  ])("%s: %s", (version, id) => expect(volumeIdOf(version)).toBe(id));
});

describe("readIsoBoot", () => {
  it("refuses what is no bootable ISO", async () => {
    expect(await isIso(fromText("short"))).toBe(false);
    expect(await isIso(fromBytes(new Uint8Array(40 * 2048)))).toBe(false);
    const plain = Buffer.alloc(20 * 2048);
    plain.write("\u0001CD001", 16 * 2048, "latin1");
    for (const bytes of [new Uint8Array(100), new Uint8Array(40 * 2048), plain])
      await expect(readIsoBoot(fromBytes(bytes))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  });
});
