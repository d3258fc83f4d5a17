import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromFile, fromText } from "../../src/formats/bytes.ts";
import { makeFat } from "../../src/formats/fat.ts";
import { writeFileWhole } from "../../src/formats/files.ts";
import { makeDisk } from "../../src/image/disk/make.ts";
import type { DiskRequest } from "../../src/image/disk/plan.ts";
import { diskEsp } from "../../src/image/esp.ts";
import { makeIsoImage } from "../../src/image/iso.ts";
import { inspectFile } from "../../src/inspect/file.ts";
import type { Inspection } from "../../src/inspect/inspection.ts";
import { inspectReport } from "../../src/report/inspect.ts";
import { smallDisk } from "../helpers/small-disk.ts";
import { makeTestImage, testUki } from "../helpers/test-image.ts";

const folder = mkdtempSync(join(tmpdir(), "inspect-disk-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
let count = 0;
function scratch(): string {
  const path = at(`scratch-${(count += 1)}`);
  mkdirSync(path);
  return path;
}

let alone: Inspection;
beforeAll(async () => {
  await writeFileWhole(at("uki.efi"), (await testUki(await makeTestImage(folder))).stream());
  alone = await inspectFile(at("uki.efi"));
});

async function makeSmall(
  wanted: Partial<DiskRequest>,
  meta = [{ key: 10, value: "net: 1" }],
): Promise<string> {
  const plan = smallDisk(wanted);
  const esp = diskEsp({
    version: "v1.13.6",
    arch: "arm64",
    uki: await fromFile(at("uki.efi")),
    sdBoot: fromText("sd-boot"),
  });
  const output = at(`${(count += 1)}-${plan.name}`);
  await makeDisk({ plan, esp, meta, output, scratch: scratch() });
  return output;
}

/** What the UKI alone says, which must be found inside. */
const inner = () => {
  const { talosVersion, arch, kernelRelease, cmdline, extensions, contract, initramfs, uki } = alone;
  return { talosVersion, arch, kernelRelease, cmdline, extensions, contract, initramfs, uki };
};
const files = ["EFI/Linux/Talos-v1.13.6.efi", "EFI/boot/BOOTAA64.efi", "loader/loader.conf"];

describe("a disk image", () => {
  it.each([
    [{ compression: "none" }, "raw", "none"],
    [{ compression: "zst" }, "raw", "zstd"],
    [{ compression: "xz" }, "raw", "xz"],
    [{ compression: "gz" }, "raw", "gzip"],
    [{ platform: "gcp" }, "raw", "tar.gz"],
    [{ platform: "oracle" }, "qcow2", "zstd"],
    [{ platform: "oracle", compression: "none" }, "qcow2", "none"],
    [{ platform: "azure" }, "vhd", "zstd"],
    [{ platform: "azure", compression: "none" }, "vhd", "none"],
    [{ sectorSize: 4096, version: "v1.14.0", compression: "none" }, "raw", "none"],
  ] as [Partial<DiskRequest>, string, string][])(
    "%j is read back with everything in its UKI",
    async (wanted, format, packing) => {
      const found = await inspectFile(await makeSmall(wanted));
      expect(found).toMatchObject({ kind: "disk", ...inner() });
      const { disk } = found;
      expect(disk).toMatchObject({
        format,
        packing,
        bytes: smallDisk(wanted).size,
        sectorSize: wanted.sectorSize ?? 512,
      });
      expect(disk?.files.map(({ path }) => path)).toEqual(files);
      expect(disk?.files[0]?.sha256).toBe(alone.uki?.sha256);
      expect(disk?.meta).toEqual([{ key: 10, value: "net: 1" }]);
      expect(disk?.partitions.map(({ name }) => name)).toEqual(["EFI", "META"]);
    },
  );

  it("is told on one line in the report", async () => {
    const text = inspectReport(await inspectFile(await makeSmall({}, [])));
    expect(text).toContain("disk              raw in zstd, 64.0 MiB, sectors of 512 bytes\n");
    expect(text).not.toContain("META              ");
  });

  it("packed by GNU tar itself is read too", async () => {
    const raw = await makeSmall({ compression: "none" });
    execFileSync("cp", ["--sparse=always", raw, at("disk.raw")]);
    execFileSync("tar", ["--sparse", "-czf", at("foreign.tar.gz"), "-C", folder, "disk.raw"]);
    expect(await inspectFile(at("foreign.tar.gz"))).toMatchObject({
      kind: "disk",
      disk: { packing: "tar.gz" },
      ...inner(),
    });
  });

  it("without a UKI cannot start, and says so", async () => {
    const plan = smallDisk({ compression: "none" });
    const esp = [{ path: "EFI/boot/BOOTAA64.efi", data: fromText("sd-boot") }];
    await makeDisk({ plan, esp, meta: [], output: at("empty.raw"), scratch: scratch() });
    const { notices } = await inspectFile(at("empty.raw"));
    expect(notices).toMatchObject([{ id: "boot-files-missing", severity: "error" }]);
  });

  it("that is cut short or names another file is refused", async () => {
    const raw = await makeSmall({ compression: "none" });
    truncateSync(raw, 50 << 20);
    await expect(inspectFile(raw)).rejects.toMatchObject({ code: "FORMAT_INVALID" });
    writeFileSync(at("secret"), Buffer.alloc(1 << 20));
    execFileSync("qemu-img", [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-b",
      at("secret"),
      "-F",
      "raw",
      at("hostile.qcow2"),
    ]);
    await expect(inspectFile(at("hostile.qcow2"))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  });
});

describe("an ISO", () => {
  it("is read back with everything in its UKI", async () => {
    const output = at("metal.iso");
    const content = { version: "v1.13.6", arch: "arm64", sdBoot: fromText("sd-boot") } as const;
    await makeIsoImage({ ...content, uki: at("uki.efi"), output, scratch: scratch() });
    const found = await inspectFile(output);
    expect(found).toMatchObject({ kind: "iso", ...inner(), iso: { volumeId: "TALOS_V1_13_6" } });
    expect(found.iso?.files.map(({ path }) => path)).toEqual([
      "EFI/BOOT/BOOTAA64.EFI",
      "EFI/Linux/Talos-v1.13.6.efi",
      "loader/loader.conf",
    ]);
    expect(inspectReport(found)).toContain("volume            TALOS_V1_13_6\n");
  });

  it("that nothing starts from is refused", async () => {
    execFileSync("xorriso", ["-as", "mkisofs", "-quiet", "-o", at("plain.iso"), at("uki.efi")], {
      stdio: "ignore",
    });
    await expect(inspectFile(at("plain.iso"))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  });
});

it("a plain EFI partition is no image that is known", async () => {
  await makeFat({ output: at("esp.img"), size: 40 << 20, label: "EFI", files: [] });
  await expect(inspectFile(at("esp.img"))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
  expect(readFileSync(at("esp.img")).length).toBe(40 << 20);
});
