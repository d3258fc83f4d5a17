import { existsSync } from "node:fs";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";

// Debian's firmware packages for virtual machines ship a key pair that is public on purpose, for trying out Secure Boot.
const folders = ["/usr/share/qemu-efi-aarch64", "/usr/share/ovmf"];

/** Key (its password is `snakeoil`) and certificate that stand-in kernel modules are signed with. Errors: TOOL_MISSING. */
export function snakeoil(): { key: string; certificate: string } {
  const folder = folders.find((one) => existsSync(join(one, "PkKek-1-snakeoil.key")));
  if (folder !== undefined)
    return { key: join(folder, "PkKek-1-snakeoil.key"), certificate: join(folder, "PkKek-1-snakeoil.pem") };
  throw new RolesError("TOOL_MISSING", "the firmware for virtual machines is not installed", {
    hint: "Debian and Ubuntu: `apt-get install ovmf qemu-efi-aarch64`.",
  });
}
