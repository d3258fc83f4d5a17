import { emptyContract } from "../talos/contract.ts";
import type { Inspection } from "./inspection.ts";

/** What is known of bytes in which nothing of Talos was found. */
export const nothingFound = (): Omit<Inspection, "kind"> => ({
  talosVersion: null,
  arch: null,
  kernelRelease: null,
  cmdline: null,
  extensions: [],
  contract: emptyContract(),
  notices: [],
});
