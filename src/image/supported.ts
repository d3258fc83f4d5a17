import { RolesError } from "../errors.ts";
import type { Output } from "../roles/outputs.ts";
import type { TargetInputs } from "./plan-model.ts";

/**
 * Disk images and ISOs boot by systemd-boot, which Talos has from 1.10 on; before, and for machines without UEFI, they boot by GRUB.
 * Errors: UNSUPPORTED.
 */
export function requireSdBoot(
  { role, talos, quirks }: Pick<TargetInputs, "role" | "talos" | "quirks">,
  output: Output,
): void {
  if (quirks.sdBoot) return;
  throw new RolesError(
    "UNSUPPORTED",
    `role ${role}: Talos ${talos} has no ${output} image without GRUB, and GRUB images are not made`,
    {
      hint: "Use Talos 1.10 or later; or start the machine from an official image and install the role's `installer` image on it.",
    },
  );
}

/** A UKI without Secure Boot keys is made for Talos 1.10 and later. Errors: UNSUPPORTED. */
export function requireUki({ role, talos, quirks }: Pick<TargetInputs, "role" | "talos" | "quirks">): void {
  if (quirks.unsignedUki) return;
  throw new RolesError("UNSUPPORTED", `role ${role}: Talos ${talos} has no UKI without Secure Boot keys`, {
    hint: "Use Talos 1.10 or later; or take `kernel`, `initramfs` and `cmdline` instead of `uki`.",
  });
}
