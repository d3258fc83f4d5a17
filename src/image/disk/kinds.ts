import type { DiskPlatform } from "../../roles/outputs.ts";

export type DiskFormat = "raw" | "qcow2" | "vhd";
/** What a disk image is packed in. */
export type DiskPacking = "zst" | "xz" | "gz" | "tar.gz";

export interface DiskKind {
  format: DiskFormat;
  compression: DiskPacking;
  /** Smallest size of a disk with room for Talos before 1.11; later ones are larger by what the boot partition grew. MiB. */
  baseMiB: number;
  /** Bytes of a cluster of qcow2. */
  clusterSize?: number;
}

const small = { format: "raw", compression: "zst", baseMiB: 1246 } as const;
const large = { ...small, baseMiB: 8192 } as const;

/** Every disk image that is made, as Talos' own imager has it: `pkg/imager/profile/default.go`, facts §1.4 and §1.5. */
export const diskKinds: Record<DiskPlatform, DiskKind> = {
  metal: small,
  nocloud: small,
  aws: large,
  hcloud: small,
  openstack: small,
  oracle: { ...large, format: "qcow2", clusterSize: 8192 },
  gcp: { ...large, compression: "tar.gz" },
  azure: { ...large, format: "vhd" },
};
