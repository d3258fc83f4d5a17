import type { LockedExtension, PinnedImage } from "../catalog/lock-model.ts";
import type { DiskCompression } from "../roles/outputs.ts";
import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";
import type { Platform } from "../talos/platforms.ts";
import type { Quirks } from "../talos/quirks.ts";
import type { ExtensionManifest } from "../talos/extension-manifest.ts";
import type { ClusterNode, MetaValue } from "../roles/model.ts";
import type { ToolVersions } from "./tool-versions.ts";
import type { UkiMenu } from "./uki.ts";

/** What is built: a word of `images.outputs`, where every disk image is a `disk`. */
export type AssetKind =
  | "kernel"
  | "initramfs"
  | "cmdline"
  | "uki"
  | "installer"
  | "iso"
  | "disk"
  | "netboot"
  | "spdx";

/** An extension that no registry has: the schematic, an embedded machine config. */
export interface VirtualExtension {
  manifest: ExtensionManifest;
  /** Under its root, folders left out. */
  files: readonly { path: string; mode: number; text: string }[];
}

/** A segment to make, or to take from the cache where it has `key`. */
export interface SegmentPlan {
  key: string;
  /** Name of its layer in the initramfs: `drbd.sqsh`. */
  file: string;
  name: string;
  version: string;
  hasModules: boolean;
  /** What it is made of: a pinned image, or files that are at hand. */
  from: { image: LockedExtension } | { virtual: VirtualExtension };
}

export interface AssetPlan {
  kind: AssetKind;
  /** Which of the forms of its kind, where it has several: `oci-layout`, `docker-archive`, `qcow2`. */
  format?: string;
  platform?: Platform;
  /** Relative to the folder that the build writes to, with `/`. */
  path: string;
  /** Names the bytes before they are made: inputs and tool versions. Lower-case hex. */
  buildKey: string;
  /** Kernel command line, where it has one. */
  cmdline?: string;
  /** Boot menu of its UKI, where it has one. */
  menu?: UkiMenu;
}

/** Everything that decides the images of one role on one architecture. */
export interface TargetInputs {
  role: string;
  arch: Arch;
  talos: string;
  quirks: Quirks;
  base: PinnedImage;
  bootFiles: PinnedImage;
  kernelRelease: string;
  /** In the order of their layers, `modules.dep` left out. */
  segments: readonly SegmentPlan[];
  /** Key of `modules.dep`; the same for all roles whose extensions bring the same modules. Undefined where none brings any. */
  modulesDepKey: string | undefined;
  kernelArgs: readonly string[];
  meta: readonly MetaValue[];
  contract: Contract;
  schematic: string | null;
  /** Of the lock. */
  inputsKey: string;
  /** `ghcr.io/urmanac/moon/talos-gateway:v1.13.6`. */
  installerReference: string;
  diskSize: number | undefined;
  sectorSize: 512 | 4096;
  diskCompression: DiskCompression | undefined;
  /** Machines of this role and architecture in the inventory. */
  nodes: readonly ClusterNode[];
  tools: ToolVersions;
}

/** A role on an architecture, with what is to be made of it. */
export interface TargetPlan extends TargetInputs {
  assets: readonly AssetPlan[];
}

export interface Plan {
  talos: string;
  targets: readonly TargetPlan[];
}
