import { describe, expect, it } from "vitest";
import { diskPlatforms } from "../../roles/outputs.ts";
import { type DiskRequest, espSize, planDisk } from "./plan.ts";

const MIB = 1 << 20;
const request = { version: "v1.13.6", arch: "arm64", platform: "metal" } as const;
const refusal = (changes: Partial<DiskRequest>): unknown => {
  try {
    return planDisk({ ...request, ...changes });
  } catch (error) {
    return error;
  }
};

describe("planDisk", () => {
  // Sizes are those of Talos' own images: a boot partition of 1000 MiB up to 1.10, and of 2000 MiB since.
  it.each([
    ["metal", "metal-arm64.raw.zst", "raw", "zst", 2246],
    ["nocloud", "nocloud-arm64.raw.zst", "raw", "zst", 2246],
    ["aws", "aws-arm64.raw.zst", "raw", "zst", 9192],
    ["hcloud", "hcloud-arm64.raw.zst", "raw", "zst", 2246],
    ["openstack", "openstack-arm64.raw.zst", "raw", "zst", 2246],
    ["oracle", "oracle-arm64.qcow2.zst", "qcow2", "zst", 9192],
    ["gcp", "gcp-arm64.raw.tar.gz", "raw", "tar.gz", 9192],
    ["azure", "azure-arm64.vhd.zst", "vhd", "zst", 9192],
  ] as const)("%s is %s", (...[platform, name, format, compression, mib]) => {
    const plan = planDisk({ ...request, platform });
    expect(plan).toMatchObject({ name, format, compression, size: mib * MIB });
    expect(plan.clusterSize).toBe(platform === "oracle" ? 8192 : undefined);
    expect(planDisk({ ...request, platform, version: "v1.10.9" }).size).toBe((mib - 1000) * MIB);
  });

  it("has no platform that is not in this list", () => expect(diskPlatforms).toHaveLength(8));

  it("lays an EFI partition and META out, under Talos' label", () => {
    const { layout } = planDisk(request);
    expect(layout).toMatchObject({ sectorSize: 512, sectors: (2246 * MIB) / 512 });
    const partitions = layout.partitions.map(({ name, firstLba, lastLba, type }) => [
      name,
      (lastLba - firstLba + 1) * 512,
      type.toLowerCase(),
    ]);
    expect(partitions).toEqual([
      ["EFI", 2101 * MIB, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"],
      ["META", MIB, "0fc63daf-8483-4772-8e79-3d69d8477de4"],
    ]);
    expect(espSize("v1.13.6")).toBe(2101 * MIB);
    expect(espSize("v1.10.9")).toBe(1101 * MIB);
  });

  it("packs raw disks as it is asked to, and Google's only as Google takes it", () => {
    const packed = (changes: Partial<DiskRequest>) => {
      const { name, compression } = planDisk({ ...request, ...changes });
      return [name, compression];
    };
    expect(packed({ compression: "zst" })).toEqual(["metal-arm64.raw.zst", "zst"]);
    expect(packed({ compression: "xz" })).toEqual(["metal-arm64.raw.xz", "xz"]);
    expect(packed({ compression: "none" })).toEqual(["metal-arm64.raw", undefined]);
    expect(packed({ compression: "gz", platform: "azure" })).toEqual(["azure-arm64.vhd.gz", "gz"]);
    expect(packed({ platform: "gcp" })).toEqual(["gcp-arm64.raw.tar.gz", "tar.gz"]);
    expect(refusal({ platform: "gcp", compression: "xz" })).toMatchObject({
      code: "UNSUPPORTED",
      message: "a disk image for gcp cannot be packed as xz",
      hint: expect.stringContaining("`tar.gz` and nothing else") as string,
    });
  });

  it("has sectors of 4096 bytes from Talos 1.14 on", () => {
    expect(planDisk({ ...request, version: "v1.14.0", sectorSize: 4096 }).layout.sectorSize).toBe(4096);
    expect(planDisk({ ...request, sectorSize: 512 }).layout.sectorSize).toBe(512);
    expect(refusal({ sectorSize: 4096 })).toMatchObject({
      code: "UNSUPPORTED",
      message: "Talos v1.13.6 does not install on disks with sectors of 4096 bytes",
      hint: expect.stringContaining("1.14") as string,
    });
  });

  it("takes any size in MiB that its partitions fit on", () => {
    expect(planDisk({ ...request, size: 2104 * MIB }).size).toBe(2104 * MIB);
    expect(planDisk({ ...request, size: 4096 * MIB }).size).toBe(4096 * MIB);
    expect(refusal({ size: 2103 * MIB })).toMatchObject({
      code: "DISK_TOO_SMALL",
      message: "a disk of 2103 MiB has no room for Talos' partitions: they need 2104 MiB",
      hint: "Leave `images.diskSize` out to get 2246 MiB, or set it to that or more.",
    });
    expect(refusal({ size: 4096 * MIB + 512 })).toMatchObject({ code: "DISK_TOO_SMALL" });
  });
});
