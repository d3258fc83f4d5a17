import { chmod } from "node:fs/promises";
import { makeWhole } from "./files.ts";
import { runTool } from "./run-tool.ts";

export interface SquashfsOptions {
  /** A tar archive: the file system's content, read once. Owners and times in it are not kept. */
  tar: AsyncIterable<Uint8Array>;
  /** Where the image goes; written whole or not at all. */
  output: string;
  /** Linux as Talos builds it reads zstd and xz only. Default "zstd". */
  compression?: "zstd" | "xz";
  /** zstd level, 1 to 22; default 18. */
  level?: number;
  signal?: AbortSignal;
}

/**
 * Makes a squashfs image of a tar stream; nothing is unpacked to disk. All owners are 0:0, all times 0, the root's mode 0755,
 * and the bytes do not depend on the number of processors or on how much memory there is. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export const makeSquashfs = (options: SquashfsOptions): Promise<void> =>
  makeWhole(options.output, async (temporary) => {
    const { tar, signal } = options;
    await runTool("mksquashfs", ["-", temporary, ...commandLine(options)], {
      input: tar,
      ...(signal ? { signal } : {}),
    });
    await chmod(temporary, 0o644);
  });

function commandLine({ compression = "zstd", level = 18 }: SquashfsOptions): string[] {
  const compressor =
    compression === "zstd"
      ? ["-comp", "zstd", "-Xcompression-level", String(level)]
      : ["-comp", "xz", "-Xdict-size", "100%"];
  const fixed = ["-all-root", "-root-mode", "0755", "-mkfs-time", "0", "-all-time", "0", "-no-xattrs"];
  return ["-tar", "-noappend", "-no-progress", "-quiet", "-mem", "256M", ...compressor, ...fixed];
}
