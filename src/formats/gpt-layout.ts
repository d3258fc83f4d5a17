import { RolesError } from "../errors.ts";
import { ENTRY_COUNT, ENTRY_SIZE, type GptDisk } from "./gpt.ts";
import { type Guid, guidFromLabel } from "./guid.ts";

interface WantedPartition {
  name: string;
  type: Guid;
  /** Bytes; rounded up to whole sectors. */
  size: number;
  attributes?: bigint;
  /** Default: made from the name. */
  guid?: Guid;
}

export interface LayoutOptions {
  /** Bytes of the whole disk, a multiple of the sector size. */
  size: number;
  /** Default 512. */
  sectorSize?: 512 | 4096;
  /** The disk's own GUID is made from this label. */
  label: string;
  partitions: readonly WantedPartition[];
}

export const PARTITION_TYPE = {
  efiSystem: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
  linuxData: "0fc63daf-8483-4772-8e79-3d69d8477de4",
  biosBoot: "21686148-6449-6e6f-744e-656564454649",
} as const satisfies Record<string, Guid>;

/** Partitions begin at multiples of this, as in Talos' images. */
const ALIGNMENT = 1 << 20;

/** Puts partitions one after another from 1 MiB on, with GUIDs made from labels. Errors: FORMAT_INVALID when the disk is too small. */
export function layOut({ size, sectorSize = 512, label, partitions }: LayoutOptions): GptDisk {
  const align = ALIGNMENT / sectorSize;
  const sectors = Math.floor(size / sectorSize);
  const lastUsableLba = sectors - 2 - (ENTRY_SIZE * ENTRY_COUNT) / sectorSize;
  let next = align;
  const placed = partitions.map(
    ({ name, type, size: wanted, attributes = 0n, guid = guidFromLabel(name) }) => {
      const firstLba = next;
      const lastLba = firstLba + Math.ceil(wanted / sectorSize) - 1;
      next = Math.ceil((lastLba + 1) / align) * align;
      return { name, type, guid, attributes, firstLba, lastLba };
    },
  );
  const end = Math.max(align, ...placed.map(({ lastLba }) => lastLba));
  if (end > lastUsableLba) throw tooSmall(size, (end - lastUsableLba) * sectorSize);
  const firstUsableLba = align;
  return {
    sectorSize,
    sectors,
    guid: guidFromLabel(label),
    firstUsableLba,
    lastUsableLba,
    partitions: placed,
  };
}

const tooSmall = (size: number, missing: number): RolesError =>
  new RolesError(
    "FORMAT_INVALID",
    `a disk of ${size} bytes is too small for its partitions, by ${missing} bytes`,
    {
      hint: "Make the disk larger.",
    },
  );
