import { open } from "node:fs/promises";
import { fromBytes, fromFile, slice } from "../../formats/bytes.ts";
import { type Extent, writeSparse } from "../../formats/extents.ts";
import { fillFat } from "../../formats/fat.ts";
import { fatUsedBytes } from "../../formats/fat-used.ts";
import { gptExtents, type GptDisk, type GptPartition } from "../../formats/gpt.ts";
import type { MetaValue } from "../../talos/kernel-args.ts";
import type { EspFile } from "../esp.ts";
import { metaBlocks } from "../../talos/meta-partition.ts";
import type { DiskPlan } from "./plan.ts";

export interface DiskContent {
  plan: Pick<DiskPlan, "size" | "layout">;
  esp: readonly EspFile[];
  meta: readonly MetaValue[];
  signal?: AbortSignal;
}

/**
 * Writes a raw disk image as a sparse file and returns its parts that are not zeros. The EFI partition is made in its place, so the UKI is
 * written once. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export async function writeRawDisk(
  path: string,
  { plan, esp, meta, signal }: DiskContent,
): Promise<Extent[]> {
  const { layout, size } = plan;
  const [efi, metaPartition] = layout.partitions as [GptPartition, GptPartition];
  const table = gptExtents(layout);
  const values =
    meta.length > 0 ? [{ offset: byteOf(layout, metaPartition), data: fromBytes(metaBlocks(meta)) }] : [];
  await writeSparse(path, size, [...table, ...values]);
  const place = { path, offset: byteOf(layout, efi), size: sizeOf(layout, efi) };
  await fillFat(place, {
    label: "EFI",
    files: esp,
    sectorSize: layout.sectorSize as 512 | 4096,
    ...(signal ? { signal } : {}),
  });
  const disk = await fromFile(path);
  const used = await fatUsedBytes(slice(disk, place.offset, place.offset + place.size));
  const fat = { offset: place.offset, data: slice(disk, place.offset, place.offset + used) };
  return [...table, fat, ...values];
}

/** Adds bytes at the end of a file. */
export async function appendTo(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "a");
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

const byteOf = ({ sectorSize }: GptDisk, { firstLba }: GptPartition): number => firstLba * sectorSize;
const sizeOf = ({ sectorSize }: GptDisk, { firstLba, lastLba }: GptPartition): number =>
  (lastLba - firstLba + 1) * sectorSize;
