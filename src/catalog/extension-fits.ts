import { RolesError } from "../errors.ts";
import type { Arch } from "../talos/arch.ts";
import { isCompatible } from "../talos/compatibility.ts";
import type { Contract } from "../talos/contract.ts";
import { quirksOf } from "../talos/quirks.ts";
import type { ExtensionFacts } from "./extension-facts.ts";

interface Target {
  talos: string;
  kernelRelease: string;
  /** Names the role and the extension in errors. */
  where: string;
}

/** Whether an extension can be part of an image of this Talos. Errors: EXTENSION_INCOMPATIBLE, KERNEL_RELEASE_MISMATCH. */
export function checkFits(
  { manifest, contract, oldLayout }: ExtensionFacts,
  { talos, kernelRelease, where }: Target,
): void {
  const version = `${manifest.name} ${manifest.version}`;
  if (!isCompatible(manifest.compatibility, talos, where))
    throw incompatible(`${where}: ${version} is for Talos ${manifest.compatibility}, not ${talos}`);
  if (oldLayout && quirksOf(talos).modulesPath === "usr/lib/modules")
    throw incompatible(`${where}: ${version} has files outside /usr that Talos ${talos} links there`);
  const foreign = contract.modules.find(({ release }) => release !== kernelRelease);
  if (foreign)
    throw new RolesError(
      "KERNEL_RELEASE_MISMATCH",
      `${where}: ${version} has modules for kernel ${foreign.release}, Talos ${talos} is ${kernelRelease}`,
      {
        hint: "Use the build of the extension that was made for this Talos version; its tag usually ends with it.",
      },
    );
}

const incompatible = (message: string) =>
  new RolesError("EXTENSION_INCOMPATIBLE", message, {
    hint: "Use a build of the extension for this Talos version, or change `cluster.talos` in the roles file.",
  });

/** Firmware for network cards. */
const cardFirmware = ["bnx2-bnx2x", "qlogic-firmware", "intel-ice-firmware"];

/** Why an extension does nothing on an architecture; undefined where it does something. */
export function usefulness({
  key,
  arch,
  talos,
  contract,
}: {
  key: string;
  arch: Arch;
  talos: string;
  contract: Contract;
}): string | undefined {
  if (contract.emptyOn.includes(arch))
    return `its image has nothing for ${arch}; remove it from roles that are ${arch} only`;
  if (arch === "arm64" && cardFirmware.includes(key) && !quirksOf(talos).cardDriversOnArm64)
    return `the arm64 kernel of Talos ${talos} has no driver for its firmware`;
  return undefined;
}
