/** A value of an overlay's free options. */
export type OptionValue = null | boolean | number | string | OptionValue[] | { [key: string]: OptionValue };

/** A schematic of Image Factory: its fields in their order, which is part of the id. */
export interface Schematic {
  overlay?: { image: string; name: string; options?: Record<string, OptionValue> };
  embeddedMachineConfiguration?: string;
  extraKernelArgs?: string[];
  meta?: { key: number; value: string }[];
  /** In the order given: the id depends on it. */
  officialExtensions?: string[];
  bootloader?: "dual-boot" | "sd-boot" | "grub";
  secureboot?: { enrollKeys?: string; includeWellKnownCertificates?: boolean };
  sectorSize?: number;
}
