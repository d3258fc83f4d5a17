import { RolesError } from "../../errors.ts";
import type { GptDisk } from "../../formats/gpt.ts";
import { layOut, PARTITION_TYPE } from "../../formats/gpt-layout.ts";
import { diskName } from "../../roles/asset-names.ts";
import type { DiskCompression, DiskPlatform } from "../../roles/outputs.ts";
import type { Arch } from "../../talos/arch.ts";
import { quirksOf } from "../../talos/quirks.ts";
import { type DiskFormat, diskKinds, type DiskPacking } from "./kinds.ts";

const MIB = 1 << 20;
/** What a boot partition had before 1.11: base sizes are for it. MiB. */
const FIRST_BOOT = 1000;
const EXTRA_ESP = 101;

export interface DiskRequest {
  /** Talos version. */
  version: string;
  arch: Arch;
  platform: DiskPlatform;
  /** Bytes; without it the smallest that Talos' own imager makes. */
  size?: number;
  sectorSize?: 512 | 4096;
  /** Another compression than the platform's own, for raw disks. */
  compression?: DiskCompression;
}

export interface DiskPlan {
  name: string;
  format: DiskFormat;
  compression: DiskPacking | undefined;
  clusterSize: number | undefined;
  /** Bytes of the disk. */
  size: number;
  layout: GptDisk;
}

/** Bytes of the EFI partition of a version's disks. */
export const espSize = (version: string): number => (quirksOf(version).bootMiB + EXTRA_ESP) * MIB;

/**
 * A disk image before it is made: name, size, partitions. Sizes and GUIDs are those of Talos' own sd-boot images: facts §1.4 and §7.1.
 * Errors: UNSUPPORTED, DISK_TOO_SMALL.
 */
export function planDisk(request: DiskRequest): DiskPlan {
  const { version, arch, platform, sectorSize = 512 } = request;
  const { format, clusterSize, baseMiB } = diskKinds[platform];
  if (sectorSize === 4096 && !quirksOf(version).sectors4k) throw noLargeSectors(version);
  const compression = compressionOf(request);
  const smallest = (baseMiB + quirksOf(version).bootMiB - FIRST_BOOT) * MIB;
  const size = request.size ?? smallest;
  const least = espSize(version) + 3 * MIB;
  if (size < least || size % MIB !== 0) throw tooSmall(size, least, smallest);
  return {
    name: diskName({ platform, arch, format, ...(compression ? { compression } : {}) }),
    format,
    compression,
    clusterSize,
    size,
    layout: layOut({
      size,
      sectorSize,
      label: "talos-image-disk",
      partitions: [
        { name: "EFI", type: PARTITION_TYPE.efiSystem, size: espSize(version) },
        { name: "META", type: PARTITION_TYPE.linuxData, size: MIB },
      ],
    }),
  };
}

function compressionOf({ platform, compression }: DiskRequest): DiskPacking | undefined {
  const own = diskKinds[platform].compression;
  if (compression === undefined || compression === own) return own;
  if (platform === "gcp")
    throw new RolesError("UNSUPPORTED", `a disk image for ${platform} cannot be packed as ${compression}`, {
      hint: "Google Cloud takes `tar.gz` and nothing else: build its image apart, from a roles file without `images.diskCompression`.",
    });
  return compression === "none" ? undefined : compression;
}

const noLargeSectors = (version: string): RolesError =>
  new RolesError("UNSUPPORTED", `Talos ${version} does not install on disks with sectors of 4096 bytes`, {
    hint: "Use Talos 1.14 or later, or leave `images.sectorSize` out.",
  });

const inMiB = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;

const tooSmall = (size: number, least: number, smallest: number): RolesError =>
  new RolesError(
    "DISK_TOO_SMALL",
    `a disk of ${inMiB(size)} has no room for Talos' partitions: they need ${inMiB(least)}`,
    { hint: `Leave \`images.diskSize\` out to get ${inMiB(smallest)}, or set it to that or more.` },
  );
