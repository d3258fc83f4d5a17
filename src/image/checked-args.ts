import { RolesError } from "../errors.ts";
import type { Platform } from "../talos/platforms.ts";
import { overlappingArgs } from "../talos/overlapping-args.ts";
import type { TargetInputs } from "./plan-model.ts";

/** Refuses arguments of the role that stand against others, before anything is made. Errors: ROLES_INVALID. */
export function requireClearArgs(
  { role, talos, arch, kernelArgs: extra }: Pick<TargetInputs, "role" | "talos" | "arch" | "kernelArgs">,
  platforms: readonly Platform[],
): void {
  for (const platform of platforms) {
    const [first] = overlappingArgs({ version: talos, arch, platform, purpose: "other", extra });
    if (first) throw overlapping(role, platform, first);
  }
}

function overlapping(
  role: string,
  platform: Platform,
  { extra, other, from }: ReturnType<typeof overlappingArgs>[number],
): RolesError {
  const [key = ""] = extra.split("=");
  return from === "role"
    ? new RolesError("ROLES_INVALID", `role ${role}: kernel argument \`${extra}\` is there twice`, {
        hint: "Remove one of them from `kernelArgs`.",
      })
    : new RolesError(
        "ROLES_INVALID",
        `role ${role}: kernel argument \`${extra}\` overlaps \`${other}\`, which Talos has on ${platform} by itself`,
        {
          hint:
            extra === other
              ? "Remove it from `kernelArgs`."
              : `Put \`-${key}\` before it to take Talos' own away.`,
        },
      );
}
