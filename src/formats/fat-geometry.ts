import { RolesError } from "../errors.ts";
import { type ByteSource, collect } from "./bytes.ts";

/** Where things lie in a FAT file system, in bytes. */
export interface FatGeometry {
  cluster: number;
  /** Where the first allocation table begins. */
  reserved: number;
  /** One allocation table, as its header says; it may be longer than what is there. */
  table: number;
  /** Where the clusters begin; in FAT12 and FAT16 the root folder lies before them. */
  data: number;
}

const powers = (from: number, to: number): number[] => (from > to ? [] : [from, ...powers(from * 2, to)]);
const sectorSizes = powers(512, 4096);
const sectorsPerCluster = powers(1, 128);
/** Enough for 16 GiB in clusters of 4 KiB; mtools holds a table in memory, and more than once. */
const mostOfTable = 1 << 24;

/**
 * Reads the header of a FAT file system, which must be one that its image can hold: programs that believe a header of an attacker's take
 * gigabytes of memory. Format: Microsoft FAT specification, "Boot Sector and BPB". Errors: FORMAT_INVALID.
 */
export async function readFatGeometry(image: ByteSource): Promise<FatGeometry> {
  const boot = Buffer.from(await collect(image.stream(0, Math.min(512, image.size)), 512));
  if (boot.length < 512) throw invalid("it is too short");
  const sector = boot.readUInt16LE(11);
  const perCluster = boot[13] ?? 0;
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  const table = (boot.readUInt16LE(22) || boot.readUInt32LE(36)) * sector;
  const reserved = boot.readUInt16LE(14) * sector;
  const data = reserved + (boot[16] ?? 0) * table + boot.readUInt16LE(17) * 32;
  if (!sectorSizes.includes(sector) || !sectorsPerCluster.includes(perCluster) || reserved === 0)
    throw invalid("its header has no sizes of sectors and clusters");
  if (sectors * sector > image.size) throw invalid("its header says that it is larger than its image");
  if (table === 0 || table > mostOfTable || data === reserved || data >= sectors * sector)
    throw invalid("its header has an allocation table that does not fit in");
  return { cluster: perCluster * sector, reserved, table, data };
}

const invalid = (why: string): RolesError =>
  new RolesError("FORMAT_INVALID", `this is no FAT file system: ${why}`, {
    hint: "Fetch or build the image again.",
  });
