import type { InspectedDisk, Inspection } from "../inspect/inspection.ts";
import type { Contract } from "../talos/contract.ts";

/** What must be found in a finished asset when it is read back; what is left out is not looked at. */
export interface Expected {
  /** Undefined for a plain text, which is nothing to inspect. */
  kind?: Inspection["kind"];
  talosVersion?: string;
  arch?: string;
  kernelRelease?: string;
  cmdline?: string;
  /** Name and version in the order of their layers. */
  extensions?: readonly { name: string; version: string }[];
  /** sha256 of each layer by its file, `modules.dep.sqsh` among them, in order. */
  layers?: readonly { file: string; sha256: string }[];
  contract?: Contract;
  /** sha256 of the kernel. */
  kernel?: string;
  profiles?: readonly { id: string; cmdline: string }[];
  /** Digests of an image's layers, in order. */
  imageLayers?: readonly string[];
  /** Values in the META partition of a disk, by key. */
  meta?: readonly { key: number; value: string }[];
  /** Size of a disk. */
  diskBytes?: number;
  /** Sectors and partitions of a disk. */
  table?: Pick<InspectedDisk, "sectorSize" | "guid" | "partitions">;
  /** Everything on the EFI partition of a disk or an ISO: what firmware starts. */
  bootFiles?: readonly { path: string; sha256: string }[];
  /** Paths of the boot files in an image. */
  imageFiles?: readonly string[];
}
