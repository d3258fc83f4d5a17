import type { Segment } from "../formats/segments.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import type { ExtensionFault } from "../talos/extension-fault.ts";
import type { Notice } from "./notice.ts";

/** Name and content of something that was read. `sha256` is lower-case hex. */
export interface Content {
  bytes: number;
  sha256: string;
}

/** An entry of an initramfs. */
export interface InspectedEntry extends Content {
  path: string;
  /** Full st_mode. */
  mode: number;
  /** Seconds since 1970. */
  mtime: number;
}

export interface InspectedSegment extends Segment {
  /** Of the segment's bytes as they lie in the initramfs. */
  sha256: string;
  /** Unpacked, in their order. */
  entries: InspectedEntry[];
}

/** A squashfs layer that extensions.yaml lists. */
export interface InspectedLayer extends Content {
  /** Its name in the initramfs: `drbd.sqsh`. */
  file: string;
  /** From extensions.yaml. */
  name: string;
  version: string;
  author: string;
  description: string;
  compression: string;
  /** Number of entries in it. */
  entries: number;
  contract: Contract;
}

export interface InspectedInitramfs extends Content {
  segments: InspectedSegment[];
  /** In the order of extensions.yaml: later ones over earlier ones. `modules.dep` is among them. */
  layers: InspectedLayer[];
  rootfs: (Content & { compression: string; entries: number }) | null;
  /** Plain files under the firmware folder, without microcode. */
  firmwareBytes: number;
  microcodeBytes: number;
}

export interface InspectedSection extends Content {
  name: string;
  /** Where it lies in the file. */
  offset: number;
}

/** A boot menu entry of a UKI. */
export interface InspectedProfile {
  id: string;
  title: string | null;
  cmdline: string;
}

export interface InspectedKernel extends Content {
  format: "bzImage" | "zboot" | "Image" | "PE";
  arch: Arch | null;
  /** Of the "Linux version" in it, where it can be read. */
  release: string | null;
}

export interface InspectedUki extends Content {
  sections: InspectedSection[];
  profiles: InspectedProfile[];
  osRelease: Record<string, string>;
  /** Seconds since 1970, of the PE header. */
  timestamp: number;
}

/** An image of containers' kind: installer, installer-base, or an extension. */
export interface InspectedImage {
  /** Digest of its manifest; for a docker-archive, which has none, of its config. */
  digest: string;
  config: { architecture: string | null; labels: Record<string, string> };
  layers: { digest: string; bytes: number }[];
  /** Files under usr/install. */
  files: (Content & { path: string; mode: number })[];
}

/** A disk image, whatever it is packed in. */
export interface InspectedDisk {
  format: "raw" | "qcow2" | "vhd";
  packing: "none" | "gzip" | "zstd" | "xz" | "tar.gz";
  /** Of the disk. */
  bytes: number;
  sectorSize: number;
  guid: string;
  partitions: { name: string; type: string; guid: string; firstLba: number; lastLba: number }[];
  /** Values in the META partition. */
  meta: { key: number; value: string }[];
  /** Files of the EFI partition, sorted. */
  files: (Content & { path: string })[];
}

export interface InspectedIso {
  volumeId: string;
  /** Files of the EFI partition, sorted. */
  files: (Content & { path: string })[];
}

/** What is in a Talos image, read from its bytes alone. */
export interface Inspection {
  kind: "initramfs" | "uki" | "kernel" | "installer" | "extension" | "iso" | "disk";
  talosVersion: string | null;
  arch: Arch | null;
  kernelRelease: string | null;
  cmdline: string | null;
  extensions: { name: string; version: string }[];
  contract: Contract;
  /** What is wrong or worth knowing. */
  notices: Notice[];
  /** What is wrong inside extensions, so that a node will not do what its image says; absent where nothing is. */
  faults?: ExtensionFault[];
  initramfs?: InspectedInitramfs;
  kernel?: InspectedKernel;
  uki?: InspectedUki;
  image?: InspectedImage;
  disk?: InspectedDisk;
  iso?: InspectedIso;
}
