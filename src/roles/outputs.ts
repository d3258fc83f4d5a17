/** Disk images that Talos has a platform for. */
export const diskPlatforms = [
  "metal",
  "nocloud",
  "aws",
  "hcloud",
  "openstack",
  "oracle",
  "gcp",
  "azure",
] as const;
/** What raw disk images can be packed in instead of their platform's own; `none` leaves them as they are. */
export const diskCompressions = ["zst", "xz", "gz", "none"] as const;
export type DiskCompression = (typeof diskCompressions)[number];
export type DiskPlatform = (typeof diskPlatforms)[number];
/** Bytes of a sector that a disk image can be laid out for. */
export const sectorSizes = [512, 4096] as const;

/** What can be built of a role, by the words of `images.outputs`; a platform name means its disk image. */
export const outputs = [
  "kernel",
  "initramfs",
  "cmdline",
  "uki",
  "installer",
  "iso",
  ...diskPlatforms,
] as const;
export type Output = (typeof outputs)[number];
