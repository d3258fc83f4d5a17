import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, fromBytes, fromFile, fromText, slice } from "../../formats/bytes.ts";
import { listFat } from "../../formats/fat-read.ts";
import { fatUsedBytes } from "../../formats/fat-used.ts";
import { smallDisk } from "../../../tests/helpers/small-disk.ts";
import { partitionData, readGpt } from "../../formats/gpt-read.ts";
import { diskEsp } from "../esp.ts";
import { makeDisk } from "./make.ts";
import { readMeta } from "../../talos/meta-partition.ts";
import { type DiskPlan, type DiskRequest, planDisk } from "./plan.ts";

const MIB = 1 << 20;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "disk-"));
});
afterAll(() => rm(folder, { recursive: true }));

const uki = Buffer.alloc(2 * MIB + 17, "uki");
const esp = diskEsp({
  version: "v1.9.9",
  arch: "arm64",
  uki: fromBytes(uki),
  sdBoot: fromText("sd-boot"),
});

/** Small enough to be packed in a test: the partitions of 1.10 on a disk that just holds them. */
const request: DiskRequest = { version: "v1.10.9", arch: "arm64", platform: "metal", size: 1104 * MIB };

async function make(name: string, plan: DiskPlan, meta = [{ key: 10, value: "a: 1" }]): Promise<string> {
  const scratch = join(folder, `scratch-${name}`);
  await mkdir(scratch);
  const output = join(folder, name);
  await makeDisk({ plan, esp, meta, output, scratch });
  await rm(scratch, { recursive: true });
  return output;
}

const tool = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8" });
const digest = (path: string): string => tool("sha256sum", path).slice(0, 64);

describe("a raw disk image", () => {
  it.each([
    ["v1.10.9", 512],
    ["v1.14.0", 4096],
  ] as const)(
    "of Talos %s with sectors of %i satisfies its readers, and is sparse",
    async (version, sectorSize) => {
      const plan = planDisk({ ...request, version, size: 2110 * MIB, sectorSize, compression: "none" });
      const path = await make(`raw-${sectorSize}`, plan);
      const source = await fromFile(path);
      const disk = await readGpt(source);
      expect(disk).toEqual(plan.layout);
      if (sectorSize === 512) expect(tool("sgdisk", "-v", path)).toContain("No problems found");
      expect(await listFat({ path, offset: MIB })).toEqual([
        "EFI/Linux/Talos-v1.9.9.efi",
        "EFI/boot/BOOTAA64.efi",
        "loader/loader.conf",
      ]);
      const { firstLba, lastLba } = disk.partitions[0]!;
      const efi = slice(source, firstLba * sectorSize, (lastLba + 1) * sectorSize);
      const used = await fatUsedBytes(efi);
      expect(used).toBeGreaterThan(uki.length);
      const loose = join(folder, `esp-${sectorSize}`);
      tool(
        "dd",
        `if=${path}`,
        `of=${loose}`,
        "bs=1M",
        "skip=1",
        `count=${efi.size / MIB}`,
        "conv=sparse",
        "status=none",
      );
      expect(tool("fsck.fat", "-n", loose)).toMatch(/\d+ files, \d+\/\d+ clusters/);
      const meta = await collect(partitionData(source, disk, disk.partitions[1]!).stream(), MIB);
      expect(readMeta(meta)).toEqual([{ key: 10, value: "a: 1" }]);
      expect(statSync(path).blocks * 512).toBeLessThan(20 * MIB);
    },
    120_000,
  );
});

describe("a packed disk image", () => {
  it.each(["zst", "xz", "gz"] as const)(
    "as %s unpacks to the raw one, the same bytes twice",
    async (compression) => {
      const raw = await make(`raw-for-${compression}`, smallDisk({ compression: "none" }));
      const plan = smallDisk({ compression });
      expect(plan.name).toBe(`metal-arm64.raw.${compression}`);
      const [one, two] = [await make(`one-${compression}`, plan), await make(`two-${compression}`, plan)];
      expect(digest(one)).toBe(digest(two));
      const unpack = { zst: "zstd -dcq", xz: "xz -dc", gz: "gzip -dc" }[compression];
      expect(tool("sh", "-c", `${unpack} ${one} | sha256sum`).slice(0, 64)).toBe(digest(raw));
    },
  );

  it("for Google Cloud is a tar with disk.raw in it, which GNU tar restores with its holes", async () => {
    const plan = smallDisk({ platform: "gcp" });
    expect(plan.name).toBe("gcp-arm64.raw.tar.gz");
    const path = await make("gcp.tar.gz", plan);
    const raw = await make("raw-for-gcp", smallDisk({ compression: "none" }));
    const target = join(folder, "gcp");
    await mkdir(target);
    tool("tar", "-xzf", path, "-C", target);
    expect(digest(join(target, "disk.raw"))).toBe(digest(raw));
    expect(tool("tar", "--full-time", "-tvzf", path)).toMatch(
      /^-rw-r--r-- 0\/0 +\d+ 1970-01-01 \S+ disk\.raw\n$/,
    );
  });

  it("for Oracle is a qcow2 that qemu-img finds no fault in, the same bytes twice", async () => {
    const plan = { ...smallDisk({ platform: "oracle" }), compression: undefined };
    const [one, two] = [await make("one.qcow2", plan), await make("two.qcow2", plan)];
    expect(digest(one)).toBe(digest(two));
    expect(tool("qemu-img", "check", one)).toContain("No errors were found");
    const raw = await make("raw-for-qcow2", smallDisk({ compression: "none" }));
    expect(tool("qemu-img", "compare", "-f", "raw", "-F", "qcow2", raw, one)).toContain(
      "Images are identical",
    );
    expect(JSON.parse(tool("qemu-img", "info", "--output=json", one))).toMatchObject({
      "cluster-size": 8192,
    });
  });

  it("for Azure is a fixed VHD with the same content, its footer without a clock", async () => {
    const plan = smallDisk({ platform: "azure" });
    expect(plan.name).toBe("azure-arm64.vhd.zst");
    const packed = await make("azure.vhd.zst", plan);
    const path = join(folder, "azure.vhd");
    tool("zstd", "-dq", packed, "-o", path);
    expect(statSync(path).size).toBe(plan.size + 512);
    const raw = await make("raw-for-vhd", smallDisk({ compression: "none" }));
    expect(tool("qemu-img", "compare", "-f", "raw", "-F", "vpc", raw, path)).toContain(
      "Images are identical",
    );
    const footer = readFileSync(path).subarray(-512);
    expect(footer.readUInt32BE(24)).toBe(0);
    expect(digest(await make("azure-2.vhd.zst", plan))).toBe(digest(packed));
  });

  it("leaves nothing under its name when a tool fails", async () => {
    const plan = smallDisk({});
    const broken = {
      ...plan,
      layout: { ...plan.layout, partitions: plan.layout.partitions.map((one) => ({ ...one })) },
    };
    broken.layout.partitions[0]!.lastLba = broken.layout.partitions[0]!.firstLba + 99;
    await expect(make("broken", broken)).rejects.toMatchObject({ code: "TOOL_FAILED" });
    expect(() => statSync(join(folder, "broken"))).toThrow("ENOENT");
  });
});

describe("planDisk", () => {
  it.each([
    ["v1.10.9", "metal", 1_306_525_696, "metal-arm64.raw.zst"],
    ["v1.11.0", "metal", 2_355_101_696, "metal-arm64.raw.zst"],
    ["v1.13.6", "nocloud", 2_355_101_696, "nocloud-arm64.raw.zst"],
    ["v1.13.6", "hcloud", 2_355_101_696, "hcloud-arm64.raw.zst"],
    ["v1.13.6", "openstack", 2_355_101_696, "openstack-arm64.raw.zst"],
    ["v1.13.6", "aws", 9_638_510_592, "aws-arm64.raw.zst"],
    ["v1.10.0", "aws", 8192 * MIB, "aws-arm64.raw.zst"],
    ["v1.13.6", "oracle", 9_638_510_592, "oracle-arm64.qcow2.zst"],
    ["v1.13.6", "gcp", 9_638_510_592, "gcp-arm64.raw.tar.gz"],
    ["v1.13.6", "azure", 9_638_510_592, "azure-arm64.vhd.zst"],
  ] as const)("Talos %s, %s: %i bytes, %s", (version, platform, size, name) => {
    expect(planDisk({ version, platform, arch: "arm64" })).toMatchObject({ size, name });
  });

  it("has the sectors of Talos 1.10", () => {
    expect(
      planDisk({ version: "v1.10.9", platform: "metal", arch: "arm64" }).layout.partitions,
    ).toMatchObject([
      { firstLba: 2048, lastLba: 2256895 },
      { firstLba: 2256896, lastLba: 2258943 },
    ]);
  });

  it("refuses a disk that its partitions do not fit on", () => {
    expect(() => planDisk({ ...request, size: 1103 * MIB })).toThrow(
      expect.objectContaining({ code: "DISK_TOO_SMALL" }),
    );
    expect(() => planDisk({ ...request, version: "v1.13.6" })).toThrow(
      expect.objectContaining({ code: "DISK_TOO_SMALL" }),
    );
    expect(planDisk(request).size).toBe(1104 * MIB);
  });

  it("refuses what Google Cloud does not take, and large sectors before Talos 1.14", () => {
    for (const wrong of [{ platform: "gcp", compression: "zst" }, { sectorSize: 4096 }] as const)
      expect(() => planDisk({ ...request, ...wrong })).toThrow(
        expect.objectContaining({ code: "UNSUPPORTED" }),
      );
  });
});
