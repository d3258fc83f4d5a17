import type { Arch } from "../talos/arch.ts";
import type { Contract } from "../talos/contract.ts";

/** What is known of an official extension without its image. */
export interface FallbackRow {
  extension: string;
  /** Talos versions the row holds for, as a range. */
  talos: string;
  /** Path in github.com/siderolabs/extensions that says so. */
  source: string;
  services?: Omit<Contract["services"][number], "extension">[];
  /** Module names with what each needs; the release is not known here. */
  modules?: Record<string, string[]>;
  criParts?: string[];
  emptyOn?: Arch[];
}

/** The rows were read with this project's own parser from release tags v1.9.6, v1.10.9, v1.11.6, v1.12.11, v1.13.9 and v1.14.0-rc.1. */
export const all = ">=1.9.0 <1.15.0";
