import { posix } from "node:path";
import { open } from "node:fs/promises";
import { type ByteSource } from "./bytes.ts";
import { makeWhole } from "./files.ts";
import { runTool } from "./run-tool.ts";

interface FatFile {
  /** Relative path with "/", in the wanted case: `EFI/Linux/Talos-v1.13.6.efi`. */
  path: string;
  data: ByteSource;
}

export interface FatContent {
  /** Volume label, at most 11 characters, upper case. */
  label: string;
  files: readonly FatFile[];
  /** Default 512. */
  sectorSize?: 512 | 4096;
  /** Default: mkfs.vfat decides by size. */
  sectorsPerCluster?: number;
  signal?: AbortSignal;
}

export interface FatOptions extends FatContent {
  output: string;
  /** Bytes of the image. */
  size: number;
}

/** A part of a file, from byte `offset` on. */
export interface FatPlace {
  path: string;
  offset: number;
  size: number;
}

/** 1980-01-01, the first moment that FAT can tell; mtools uses it where it would ask the clock. */
const EPOCH = { SOURCE_DATE_EPOCH: "315532800", MTOOLS_SKIP_CHECK: "1" };

/**
 * Makes a FAT32 image with these files and the directories they need, the same bytes every time (fixed serial number and times).
 * The files are streamed into it. Errors: TOOL_MISSING, TOOL_FAILED (among others: the image is too small), NO_SPACE.
 */
export const makeFat = ({ output, size, ...content }: FatOptions): Promise<void> =>
  makeWhole(output, async (temporary) => {
    const file = await open(temporary, "wx", 0o644);
    await file.chmod(0o644);
    await file.truncate(size);
    await file.close();
    await fillFat({ path: temporary, offset: 0, size }, content);
  });

/** As `makeFat`, into a part of a file that is there and all zeros. */
export async function fillFat({ path, offset, size }: FatPlace, content: FatContent): Promise<void> {
  const { label, sectorSize = 512, sectorsPerCluster, files, signal } = content;
  const run = { env: EPOCH, ...(signal ? { signal } : {}) };
  const cluster = sectorsPerCluster ? ["-s", String(sectorsPerCluster)] : [];
  const place = ["--offset", String(offset / sectorSize), path, String(Math.floor(size / 1024))];
  await runTool(
    "mkfsVfat",
    ["-F", "32", "-n", label, "--invariant", "-S", String(sectorSize), ...cluster, ...place],
    run,
  );
  const image = offset === 0 ? path : `${path}@@${offset}`;
  const directories = directoriesOf(files).map((directory) => `::${directory}`);
  if (directories.length > 0) await runTool("mmd", ["-i", image, ...directories], run);
  for (const { path, data } of files) {
    const input = data.path === undefined ? { input: data.stream() } : {};
    await runTool("mcopy", ["-i", image, "-Q", data.path ?? "-", `::${path}`], { ...run, ...input });
  }
}

/** Every directory above the files, outer ones first, in byte order. */
function directoriesOf(files: readonly FatFile[]): string[] {
  const found = new Set<string>();
  for (const { path } of files)
    for (let at = posix.dirname(path); at !== "."; at = posix.dirname(at)) found.add(at);
  return [...found].sort();
}
