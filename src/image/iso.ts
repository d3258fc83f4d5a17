import { join } from "node:path";
import { type ByteSource, fromFile } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { makeFat } from "../formats/fat.ts";
import { makeIso } from "../formats/iso.ts";
import { type EspContent, isoFiles, ukiPath } from "./esp.ts";

export interface IsoImage extends Omit<EspContent, "uki"> {
  /** Path of the UKI. */
  uki: string;
  output: string;
  /** A folder for what the ISO is made of. */
  scratch: string;
  signal?: AbortSignal;
}

const MIB = 1 << 20;
/** More clusters than FAT16 can have, with one sector each; firmware tells the kinds apart by their number. */
const FAT32_SECTORS = 67_573;

/** An ISO that UEFI machines start from CD or USB stick: facts §7.6. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE. */
export async function makeIsoImage(options: IsoImage): Promise<void> {
  const { version, arch, uki, sdBoot, output, scratch, signal } = options;
  const aborting = signal ? { signal } : {};
  const kernelImage = await fromFile(uki);
  const content = isoFiles({ version, arch, uki: kernelImage, sdBoot });
  const efiImage = join(scratch, "efiboot.img");
  const size = isoEspSize(kernelImage, sdBoot);
  await makeFat({ output: efiImage, size, label: "EFI", files: content, ...clusters(size), ...aborting });
  const files: { path: string; source: string }[] = [];
  for (const [index, { path, data }] of content.entries()) {
    const source = path === ukiPath(version) ? uki : join(scratch, `file-${index}`);
    if (source !== uki) await writeFileWhole(source, data.stream());
    files.push({ path, source });
  }
  const volumeId = volumeIdOf(version);
  await makeIso({ output, volumeId, volumeSetId: `Talos-${version}`, files, efiImage, ...aborting });
}

/** Bytes of the EFI partition in an ISO: as large as what it holds. */
function isoEspSize(uki: ByteSource, sdBoot: ByteSource): number {
  const inMiB = ({ size }: ByteSource): number => Math.ceil(size / MIB);
  return Math.max(40, 10 + inMiB(sdBoot) + inMiB(uki)) * MIB;
}

/** Large clusters, because firmware reads them from a CD one by one. */
const clusters = (size: number): { sectorsPerCluster: number } => ({
  sectorsPerCluster: [8, 4, 2].find((count) => size / 512 / count >= FAT32_SECTORS) ?? 1,
});

/** `TALOS_V1_13_6`: what ISO 9660 allows. */
export const volumeIdOf = (version: string): string =>
  `Talos-${version}`
    .toUpperCase()
    .replaceAll(/[-._]/g, "_")
    .replaceAll(/[^A-Z0-9_]/g, "")
    .slice(0, 32);
