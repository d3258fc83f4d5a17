import { RolesError } from "../../errors.ts";
import { initramfsName, installerName, isoName, kernelName } from "../../roles/asset-names.ts";
import type { Output } from "../../roles/outputs.ts";
import type { Arch } from "../../talos/arch.ts";

/** One thing that CozyStack's Makefile makes. */
export interface EngineOutput {
  /** Such as `talos-installer`. */
  make: string;
  /** What the imager calls it in `_out/assets`, and we after it. */
  file: (arch: Arch) => string;
  kind: "kernel" | "initramfs" | "installer" | "iso" | "disk";
  platform?: "metal" | "nocloud";
  format?: string;
}

const made: Partial<Record<Output, EngineOutput>> = {
  kernel: { make: "talos-kernel", file: kernelName, kind: "kernel" },
  initramfs: { make: "talos-initramfs", file: initramfsName, kind: "initramfs" },
  installer: { make: "talos-installer", file: installerName, kind: "installer", format: "docker-archive" },
  iso: { make: "talos-iso", file: isoName, kind: "iso", platform: "metal" },
  metal: {
    make: "talos-metal",
    file: (arch) => `metal-${arch}.raw.xz`,
    kind: "disk",
    platform: "metal",
    format: "raw",
  },
  nocloud: {
    make: "talos-nocloud",
    file: (arch) => `nocloud-${arch}.raw.xz`,
    kind: "disk",
    platform: "nocloud",
    format: "raw",
  },
};

/** Plain boot files that the native engine makes unasked, and CozyStack has no profile for. */
const leftOut: readonly Output[] = ["cmdline", "uki"];

/** Errors: UNSUPPORTED for an output that was asked for by name and CozyStack does not make. */
export function engineOutputs(wanted: readonly Output[], named: boolean): EngineOutput[] {
  return wanted.flatMap((output) => {
    const found = made[output];
    if (found) return [found];
    if (!named && leftOut.includes(output)) return [];
    throw new RolesError("UNSUPPORTED", `CozyStack's build machinery makes no ${output}`, {
      hint: `It makes ${Object.keys(made).join(", ")}. The native engine makes them all.`,
    });
  });
}
