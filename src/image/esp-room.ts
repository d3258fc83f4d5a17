import { RolesError } from "../errors.ts";
import type { ByteSource } from "../formats/bytes.ts";
import { espSize } from "./disk/plan.ts";

export interface EspRoom {
  role: string;
  /** Talos version. */
  version: string;
  sectorSize: 512 | 4096;
  uki: ByteSource;
  sdBoot: ByteSource;
}

const MIB = 1 << 20;
/** mkfs.vfat's own choice for file systems of this size: eight sectors. */
const SECTORS_PER_CLUSTER = 8;
/** Folders, loader.conf, and the sectors that mkfs.vfat leaves out at the end. */
const SPARE = 1 * MIB;

/** Whether the UKI has room on the EFI partition of a disk: known as soon as the segments are. Errors: ESP_TOO_SMALL. */
export function checkEspRoom({ role, version, sectorSize, uki, sdBoot }: EspRoom): void {
  const cluster = SECTORS_PER_CLUSTER * sectorSize;
  const size = espSize(version);
  const room = size - 2 * 4 * Math.ceil(size / cluster) - SPARE;
  const needed = [uki, sdBoot].reduce((sum, file) => sum + Math.ceil(file.size / cluster) * cluster, 0);
  if (needed <= room) return;
  throw new RolesError(
    "ESP_TOO_SMALL",
    `role ${role}: its image has ${Math.ceil(needed / MIB)} MiB, and the EFI partition of Talos ${version} has room for ${Math.floor(room / MIB)} MiB`,
    { hint: "Take extensions out of the role, or move large ones to a role of their own." },
  );
}
