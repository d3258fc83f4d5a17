import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collect, fromBytes, fromText } from "./bytes.ts";
import { makeFat } from "./fat.ts";
import { listFat, readFatFile } from "./fat-read.ts";
import { fatUsedBytes } from "./fat-used.ts";

const MIB = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), "fat-"));
afterAll(() => rmSync(folder, { recursive: true }));

const uki = Buffer.alloc(3 * MIB, "uki");
const files = [
  { path: "EFI/Linux/Talos-v1.13.6.efi", data: fromBytes(uki) },
  { path: "EFI/boot/BOOTAA64.efi", data: fromText("sd-boot") },
  { path: "loader/loader.conf", data: fromText("timeout 10\n") },
];
const make = (name: string, size = 64 * MIB): Promise<void> =>
  makeFat({ output: join(folder, name), size, label: "EFI", files });

describe("FAT", () => {
  test("fsck.fat finds no fault, and the files are there under their names", async () => {
    await make("esp");
    const path = join(folder, "esp");
    execFileSync("fsck.fat", ["-n", path]);
    expect(await listFat({ path })).toEqual(files.map((file) => file.path).sort());
    const read = await collect(readFatFile({ path }, "EFI/Linux/Talos-v1.13.6.efi"), 4 * MIB);
    expect(uki.equals(read)).toBe(true);
    const listing = execFileSync("mdir", ["-i", path, "-/", "::"], { encoding: "utf8" });
    expect(listing).toContain("Serial Number is 1234-ABCD");
    expect(listing.match(/\d{4}-\d\d-\d\d/g)?.every((date) => date === "1980-01-01")).toBe(true);
  });

  test("the same files give the same bytes, whatever the clock and the zone say", async () => {
    await make("first");
    process.env["TZ"] = "Asia/Tokyo";
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await make("second");
    delete process.env["TZ"];
    expect(readFileSync(join(folder, "first")).equals(readFileSync(join(folder, "second")))).toBe(true);
  });

  test("a file system inside a disk image", async () => {
    await make("inner");
    const path = join(folder, "disk");
    writeFileSync(path, Buffer.concat([Buffer.alloc(MIB), readFileSync(join(folder, "inner"))]));
    expect((await listFat({ path, offset: MIB })).length).toBe(3);
  });

  test("an image that is too small fails, and nothing is left", async () => {
    await expect(make("small", 34 * MIB + 1).then(() => make("tiny", MIB))).rejects.toMatchObject({
      code: "TOOL_FAILED",
    });
    expect(readdirSync(folder).filter((name) => name.startsWith(".") || name === "tiny")).toEqual([]);
  });

  test("what is no FAT file system, or a file that is not there", async () => {
    writeFileSync(join(folder, "text"), "no file system");
    await expect(listFat({ path: join(folder, "text") })).rejects.toMatchObject({ code: "FORMAT_INVALID" });
    await make("some");
    await expect(collect(readFatFile({ path: join(folder, "some") }, "nosuch"), 9)).rejects.toMatchObject({
      code: "TOOL_FAILED",
    });
  });

  // mtools would take a gigabyte of memory and seconds for each of these.
  test.each([
    ["sectors that are none", (boot: Buffer) => boot.writeUInt16LE(513, 11)],
    ["clusters that are none", (boot: Buffer) => boot.writeUInt8(3, 13)],
    ["no cluster", (boot: Buffer) => boot.writeUInt8(0, 13)],
    ["no reserved sectors", (boot: Buffer) => boot.writeUInt16LE(0, 14)],
    ["no table", (boot: Buffer) => boot.writeUInt8(0, 16)],
    ["an empty table", (boot: Buffer) => boot.writeUInt32LE(0, 36)],
    ["a table that is larger than the image", (boot: Buffer) => boot.writeUInt32LE(0x00ffffff, 36)],
    ["a table of gigabytes", (boot: Buffer) => boot.writeUInt32LE(0xffffffff, 36)],
    ["more sectors than the image has", (boot: Buffer) => boot.writeUInt32LE(0xffffffff, 32)],
    ["hardly any sectors", (boot: Buffer) => boot.writeUInt32LE(10, 32)],
  ])("a header with %s is refused before any program believes it", async (_, damage) => {
    await make("header");
    const path = join(folder, "header");
    const bytes = readFileSync(path);
    damage(bytes);
    writeFileSync(path, bytes);
    const refused = {
      code: "FORMAT_INVALID",
      message: expect.stringContaining("no FAT file system") as string,
    };
    await expect(listFat({ path })).rejects.toMatchObject(refused);
    await expect(collect(readFatFile({ path }, files[0]!.path), 9)).rejects.toMatchObject(refused);
    await expect(fatUsedBytes(fromBytes(bytes))).rejects.toMatchObject(refused);
  });

  test.each([12, 16, 32])("FAT%i is read, as mkfs.vfat makes it", async (bits) => {
    const path = join(folder, `fat${bits}`);
    writeFileSync(path, Buffer.alloc((bits === 12 ? 2 : 40) * MIB));
    execFileSync("/usr/sbin/mkfs.vfat", ["-F", String(bits), path]);
    execFileSync("mcopy", ["-i", path, "-", "::a"], { input: "text" });
    expect(await listFat({ path })).toEqual(["a"]);
    expect(String(Buffer.from(await collect(readFatFile({ path }, "a"), 9)))).toBe("text");
  });
});
