import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { type ByteSource, concat, fromFile } from "../formats/bytes.ts";
import { cpioArchive } from "../formats/cpio.ts";
import { writeFileWhole } from "../formats/files.ts";
import { makeSquashfs } from "../formats/squashfs.ts";
import { zstdStored } from "../formats/stored.ts";
import { type TarStreamEntry, tarStream } from "../formats/tar.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import { zstdCompress } from "../formats/zstd.ts";
import type { ExtensionManifest } from "../talos/extension-manifest.ts";
import type { Quirks } from "../talos/quirks.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { extensionContent } from "./extension-files.ts";
import { type Firmware, firmwareStash } from "./firmware.ts";
import { layerEntries } from "./layer-tar.ts";

/** File names of a segment's piece in the cache. */
export const segmentFiles = {
  layer: "layer.sqsh",
  firmware: "firmware.cpio.zst",
  intel: "GenuineIntel.bin",
  amd: "AuthenticAMD.bin",
  manifest: "manifest.json",
} as const;

/** Puts a layer with these entries at `output`. */
export type PackLayer = (entries: AsyncIterable<TarStreamEntry>, output: string) => Promise<void>;

export interface SegmentOptions {
  quirks: Pick<Quirks, "compression" | "firmwarePath">;
  /** Names the extension in errors. */
  where: string;
  /** Default: compresses it. */
  pack?: PackLayer;
  signal?: AbortSignal;
}

/**
 * Writes the piece of one extension into `folder`: its layer, compressed once, and apart from it firmware, microcode and manifest.
 * The image is read once and never unpacked to disk. Errors: EXTENSION_INVALID, ARCHIVE_PATH_ESCAPES, TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export async function writeSegment(
  files: AsyncIterable<ReadTarEntry>,
  folder: string,
  scratch: string,
  options: SegmentOptions,
): Promise<void> {
  const { quirks, where, signal, pack = compressing(options) } = options;
  const content = extensionContent(files, where);
  const stash = await firmwareStash(scratch, quirks, where);
  try {
    await pack(layerEntries(content.rootfs, { stash, where }), join(folder, segmentFiles.layer));
    await writeFileWhole(join(folder, segmentFiles.manifest), JSON.stringify(content.manifest()));
    await writeFirmware(await stash.finish(), folder, signal);
  } finally {
    await stash.close();
  }
}

const compressing =
  ({ quirks: { compression }, signal }: SegmentOptions): PackLayer =>
  (entries, output) =>
    makeSquashfs({ tar: tarStream(entries), output, compression, ...(signal ? { signal } : {}) });

async function writeFirmware(
  { archive, microcode }: Firmware,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const packed = archive && zstdCompress(archive.stream(), signal ? { signal } : {});
  if (packed) await writeFileWhole(join(folder, segmentFiles.firmware), packed);
  if (microcode.intel) await writeFileWhole(join(folder, segmentFiles.intel), microcode.intel.stream());
  if (microcode.amd) await writeFileWhole(join(folder, segmentFiles.amd), microcode.amd.stream());
}

/** The piece of an initramfs that one extension contributes. */
export interface Segment {
  /** File name of its layer in the initramfs: `drbd.sqsh`. */
  file: string;
  manifest: ExtensionManifest;
  /** Path of the layer itself, for those who look into it. */
  layer: string;
  /** Lower-case hex. */
  layerSha256: string;
  /** Whole zstd frames of whole cpio archives: the layer as it is, then firmware. */
  bytes: ByteSource;
  microcode: { intel: ByteSource | undefined; amd: ByteSource | undefined };
}

/** A segment as it lies in the cache, with the name that its layer has in an initramfs. */
export async function readSegment({ files }: CacheEntry, file: string): Promise<Segment> {
  const source = async (name: string): Promise<ByteSource | undefined> => {
    const found = files[name];
    return found && fromFile(found.path);
  };
  const { [segmentFiles.layer]: kept, [segmentFiles.manifest]: manifest } = files;
  if (!kept || !manifest)
    throw new RolesError("CACHE_DAMAGED", `the segment ${file} in the cache lacks files`);
  const firmware = await source(segmentFiles.firmware);
  const layer = cpioArchive([{ path: file, mode: 0o100644, data: await fromFile(kept.path) }], {
    padTo: 512,
  });
  return {
    file,
    manifest: JSON.parse(await readFile(manifest.path, "utf8")) as ExtensionManifest,
    layer: kept.path,
    layerSha256: kept.sha256,
    // The layer is compressed already: compressing it again costs most of a build's time and saves half a percent (facts §11).
    bytes: concat(zstdStored(layer), ...(firmware ? [firmware] : [])),
    microcode: { intel: await source(segmentFiles.intel), amd: await source(segmentFiles.amd) },
  };
}
