import type { ByteSource } from "../../formats/bytes.ts";
import { makeFat } from "../../formats/fat.ts";
import type { Arch } from "../../talos/arch.ts";

const mebibyte = 1024 * 1024;
const efiName: Record<Arch, string> = { arm64: "BOOTAA64.EFI", amd64: "BOOTX64.EFI" };

/** A disk that firmware boots the UKI from, its bytes as they were built. Several machines may have it at once: they only read it. */
export async function makeBootDisk(
  output: string,
  { uki, arch, signal }: { uki: ByteSource; arch: Arch; signal?: AbortSignal | undefined },
): Promise<void> {
  // FAT32 needs 65 525 clusters; beyond that, room for the file and the tables.
  const size = Math.max(40, Math.ceil(uki.size / mebibyte) + 12) * mebibyte;
  await makeFat({
    output,
    size,
    label: "EFI",
    files: [{ path: `EFI/BOOT/${efiName[arch]}`, data: uki }],
    ...(signal ? { signal } : {}),
  });
}
