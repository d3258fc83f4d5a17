import { makeWhole } from "./files.ts";
import { runTool } from "./run-tool.ts";

export interface IsoOptions {
  output: string;
  /** At most 32 characters of A-Z, 0-9 and _. */
  volumeId: string;
  volumeSetId: string;
  /** Path in the ISO with "/" → file on disk. */
  files: readonly { path: string; source: string }[];
  /** FAT image on disk that UEFI firmware boots from; it becomes the second partition. */
  efiImage: string;
  signal?: AbortSignal;
}

/** 1980-01-01, as in the FAT image. */
const SECONDS = "315532800";
const UUID = "1980010100000000";

/**
 * A bootable ISO for UEFI machines, from CD and from USB stick, the same bytes every time: no clock, owner or mode of the source
 * files reaches it. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export const makeIso = (options: IsoOptions): Promise<void> =>
  makeWhole(options.output, async (temporary) => {
    const { volumeId, volumeSetId, files, efiImage, signal } = options;
    const grafts = files.map(({ path, source }) => `/${escaped(path)}=${escaped(source)}`).sort();
    await runTool(
      "xorriso",
      [
        ["-as", "mkisofs", "-quiet", "-r"],
        ["-e", "--interval:appended_partition_2:all::", "-append_partition", "2", "0xef", efiImage],
        ["-partition_cyl_align", "all", "-partition_offset", "16", "-iso_mbr_part_type", "0x83"],
        ["-no-emul-boot", "-iso-level", "3", "-o", temporary, "-graft-points", ...grafts, "--"],
        ["-volume_date", "all_file_dates", `=${SECONDS}`, "-volume_date", "uuid", UUID],
        ["-volid", volumeId, "-volset_id", volumeSetId],
      ].flat(),
      { env: { SOURCE_DATE_EPOCH: SECONDS }, ...(signal ? { signal } : {}) },
    );
  });

/** In a graft point `=` parts the two paths and `\` escapes. */
const escaped = (path: string): string => path.replaceAll(/[\\=]/g, "\\$&");
