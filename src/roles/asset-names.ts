import type { Arch } from "../talos/arch.ts";

/** Names of the files that a build leaves, as Talos' own imager gives them (pkg/imager: output file names). */
export const kernelName = (arch: Arch): string => `kernel-${arch}`;
export const initramfsName = (arch: Arch, platform = "metal"): string => `initramfs-${platform}-${arch}.xz`;
export const cmdlineName = (arch: Arch, platform = "metal"): string => `cmdline-${platform}-${arch}`;
export const ukiName = (arch: Arch, platform = "metal"): string => `${platform}-${arch}-uki.efi`;
export const isoName = (arch: Arch, platform = "metal"): string => `${platform}-${arch}.iso`;
/** The installer as a docker-archive; the OCI layout is the folder beside it. */
export const installerName = (arch: Arch): string => `installer-${arch}.tar`;
export const installerLayoutName = (arch: Arch): string => `installer-${arch}`;
export const spdxName = (arch: Arch): string => `${arch}.spdx.json`;

export interface DiskName {
  platform: string;
  arch: Arch;
  format: "raw" | "qcow2" | "vhd";
  /** What the disk is packed in: `zst`, `xz`, `gz`, `tar.gz`; absent where it is not. */
  compression?: string;
}

/** `metal-arm64.raw.zst`; gcp's `tar.gz` replaces nothing: `gcp-amd64.raw.tar.gz`. */
export const diskName = ({ platform, arch, format, compression }: DiskName): string =>
  `${platform}-${arch}.${format}${compression === undefined ? "" : `.${compression}`}`;
