import { access, constants, open } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import type { FoundTool } from "../../formats/examine-tools.ts";
import { type ByteSource, collect, fromFile } from "../../formats/bytes.ts";
import type { Arch } from "../../talos/arch.ts";
import { withSecureBootOff } from "./uefi-variables.ts";

/** Paths of a machine's UEFI firmware: its code, which is shared, and its own variables. */
export interface Firmware {
  code: string;
  variables: string;
}

/** Debian's packages. These variables have a public test key in `db`, the one that the lab's own kernel modules are signed with. */
export const installedFirmware: Record<Arch, Firmware & { debian: string }> = {
  arm64: {
    code: "/usr/share/AAVMF/AAVMF_CODE.fd",
    variables: "/usr/share/AAVMF/AAVMF_VARS.snakeoil.fd",
    debian: "qemu-efi-aarch64",
  },
  amd64: {
    code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    variables: "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd",
    debian: "ovmf",
  },
};

/** As `examineTools`, for the firmware of both architectures: found where both of its files are. */
export const examineFirmware = (places: typeof installedFirmware = installedFirmware): Promise<FoundTool[]> =>
  Promise.all(
    Object.entries(places).map(async ([arch, { code, variables, debian }]) => {
      const there = await Promise.all([code, variables].map(isReadable));
      return {
        command: `UEFI firmware (${arch})`,
        path: there.every(Boolean) ? code : null,
        version: null,
        neededFor: "boot, lab",
        install: `apt-get install ${debian}`,
        optional: false,
      };
    }),
  );

const isReadable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

const block = 1 << 20;
const nothing = Buffer.alloc(block);

/**
 * Firmware for one machine, its variables a copy in `folder` that it keeps. Secure Boot is off, because a role's UKI is not signed; the key in `db`
 * stays, and Linux takes it as one to check the signatures of kernel modules with. Errors: TOOL_MISSING, FORMAT_INVALID.
 */
export async function machineFirmware(arch: Arch, folder: string): Promise<Firmware> {
  const { code, variables, debian } = installedFirmware[arch];
  const template = await fromFile(variables).catch((cause: unknown) => {
    throw new RolesError("TOOL_MISSING", `there is no UEFI firmware for ${arch} at ${variables}`, {
      hint: `Debian and Ubuntu: \`apt-get install ${debian}\`.`,
      cause,
    });
  });
  const copy = join(folder, "variables.fd");
  // A machine that boots again has its variables already.
  await copyVariables(template, copy).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return { code, variables: copy };
}

/** All variables lie in the first block; most of the rest is zeros, which take no room. */
async function copyVariables(template: ByteSource, path: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for (let at = 0; at < template.size; at += block) {
      const bytes = await collect(template.stream(at, Math.min(at + block, template.size)), block);
      const content = at === 0 ? withSecureBootOff(bytes) : bytes;
      if (!nothing.subarray(0, content.length).equals(content))
        await file.write(content, 0, content.length, at);
    }
    await file.truncate(template.size);
  } finally {
    await file.close();
  }
}
