import { RolesError } from "../errors.ts";
import { type ByteSource, collect, fromFile } from "../formats/bytes.ts";
import type { GptDisk, GptPartition } from "../formats/gpt.ts";
import { PARTITION_TYPE } from "../formats/gpt-layout.ts";
import { partitionData, readGpt } from "../formats/gpt-read.ts";
import { readIsoBoot } from "../formats/iso-read.ts";
import { readMeta } from "../talos/meta-partition.ts";
import { inspectEsp } from "./esp.ts";
import type { InspectedDisk, InspectedIso, Inspection } from "./inspection.ts";
import type { Known } from "./known.ts";
import type { UnpackedDisk } from "./unpack-disk.ts";

const META_LIMIT = 1 << 20;

/** Everything in a disk image: its partitions, META values, and what the UKI on its EFI partition holds. Errors: FORMAT_INVALID and those of `inspectEsp`. */
export async function inspectDisk(
  { path, disk, format, packing }: UnpackedDisk,
  folder: string,
  known: Known | undefined,
): Promise<Inspection & { disk: InspectedDisk }> {
  const gpt = await readGpt(disk);
  const efi = gpt.partitions.find(({ type }) => type === PARTITION_TYPE.efiSystem);
  if (!efi) throw new RolesError("FORMAT_INVALID", "the disk image has no EFI partition");
  const { files, inner } = await inspectEsp(
    { path, offset: efi.firstLba * gpt.sectorSize },
    { folder, known },
  );
  const meta = gpt.partitions.find(({ name }) => name === "META");
  return {
    ...inner,
    kind: "disk",
    disk: {
      format,
      packing,
      bytes: disk.size,
      sectorSize: gpt.sectorSize,
      guid: gpt.guid,
      partitions: gpt.partitions.map(({ name, type, guid, firstLba, lastLba }) => ({
        name,
        type,
        guid,
        firstLba,
        lastLba,
      })),
      meta: meta ? await metaOf(disk, gpt, meta) : [],
      files,
    },
  };
}

async function metaOf(
  disk: ByteSource,
  gpt: GptDisk,
  partition: GptPartition,
): Promise<InspectedDisk["meta"]> {
  const data = partitionData(disk, gpt, partition);
  return readMeta(await collect(data.stream(0, Math.min(data.size, META_LIMIT)), META_LIMIT)) ?? [];
}

/** Everything in an ISO that UEFI firmware starts. Errors: FORMAT_INVALID and those of `inspectEsp`. */
export async function inspectIso(
  path: string,
  folder: string,
  known: Known | undefined,
): Promise<Inspection & { iso: InspectedIso }> {
  const { volumeId, offset } = await readIsoBoot(await fromFile(path));
  const { files, inner } = await inspectEsp({ path, offset }, { folder, known });
  return { ...inner, kind: "iso", iso: { volumeId, files } };
}
