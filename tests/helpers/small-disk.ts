import { layOut, PARTITION_TYPE } from "../../src/formats/gpt-layout.ts";
import { type DiskPlan, type DiskRequest, planDisk } from "../../src/image/disk/plan.ts";

const MIB = 1 << 20;

/** A disk image like any other, on a disk of 64 MiB, which is packed in no time; with large sectors FAT32 needs two gigabytes. */
export function smallDisk(wanted: Partial<DiskRequest> = {}): DiskPlan {
  const plan = planDisk({ version: "v1.13.6", arch: "arm64", platform: "metal", ...wanted });
  const { sectorSize = 512 } = wanted;
  const espMiB = sectorSize === 512 ? 40 : 2101;
  const size = (espMiB + 24) * MIB;
  const layout = layOut({
    size,
    sectorSize,
    label: "small",
    partitions: [
      { name: "EFI", type: PARTITION_TYPE.efiSystem, size: espMiB * MIB },
      { name: "META", type: PARTITION_TYPE.linuxData, size: MIB },
    ],
  });
  return { ...plan, size, layout };
}
