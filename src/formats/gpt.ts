import { crc32 } from "node:zlib";
import { RolesError } from "../errors.ts";
import { fromBytes } from "./bytes.ts";
import type { Extent } from "./extents.ts";
import { type Guid, guidToBytes } from "./guid.ts";

export interface GptPartition {
  /** At most 36 UTF-16 units. */
  name: string;
  type: Guid;
  guid: Guid;
  firstLba: number;
  /** Inclusive. */
  lastLba: number;
  /** Bit 2 is "legacy BIOS bootable". */
  attributes: bigint;
}

export interface GptDisk {
  /** 512 or 4096. */
  sectorSize: number;
  /** In sectors. */
  sectors: number;
  guid: Guid;
  firstUsableLba: number;
  lastUsableLba: number;
  partitions: GptPartition[];
}

export const ENTRY_SIZE = 128;
export const ENTRY_COUNT = 128;
export const HEADER_SIZE = 92;
const GPT_REVISION = 0x00010000;
const TABLE = ENTRY_SIZE * ENTRY_COUNT;

/**
 * The protective MBR and both copies of the partition table, as extents of the disk image. Format: UEFI specification 2.10, chapter 5.
 * Errors: FORMAT_INVALID for partitions that overlap or lie outside.
 */
export function gptExtents(disk: GptDisk): Extent[] {
  checkPlaces(disk);
  const { sectorSize, sectors } = disk;
  const tableSectors = TABLE / sectorSize;
  const table = entryTable(disk.partitions);
  const last = sectors - 1;
  const primary = header(disk, table, { own: 1, other: last, table: 2 });
  const backup = header(disk, table, { own: last, other: 1, table: last - tableSectors });
  return [
    { offset: 0, data: fromBytes(Buffer.concat([protectiveMbr(disk), primary, table])) },
    { offset: (last - tableSectors) * sectorSize, data: fromBytes(Buffer.concat([table, backup])) },
  ];
}

function protectiveMbr({ sectors, sectorSize }: GptDisk): Buffer {
  const mbr = Buffer.alloc(sectorSize);
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  mbr.writeUInt32LE(1, 454);
  mbr.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 458);
  mbr.set([0x55, 0xaa], 510);
  return mbr;
}

function header(disk: GptDisk, table: Buffer, at: { own: number; other: number; table: number }): Buffer {
  const bytes = Buffer.alloc(disk.sectorSize);
  bytes.write("EFI PART", 0, "latin1");
  bytes.writeUInt32LE(GPT_REVISION, 8);
  bytes.writeUInt32LE(HEADER_SIZE, 12);
  bytes.writeBigUInt64LE(BigInt(at.own), 24);
  bytes.writeBigUInt64LE(BigInt(at.other), 32);
  bytes.writeBigUInt64LE(BigInt(disk.firstUsableLba), 40);
  bytes.writeBigUInt64LE(BigInt(disk.lastUsableLba), 48);
  bytes.set(guidToBytes(disk.guid), 56);
  bytes.writeBigUInt64LE(BigInt(at.table), 72);
  bytes.writeUInt32LE(ENTRY_COUNT, 80);
  bytes.writeUInt32LE(ENTRY_SIZE, 84);
  bytes.writeUInt32LE(crc32(table), 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_SIZE)), 16);
  return bytes;
}

function entryTable(partitions: readonly GptPartition[]): Buffer {
  const table = Buffer.alloc(TABLE);
  partitions.forEach((partition, index) => {
    const at = index * ENTRY_SIZE;
    table.set(guidToBytes(partition.type), at);
    table.set(guidToBytes(partition.guid), at + 16);
    table.writeBigUInt64LE(BigInt(partition.firstLba), at + 32);
    table.writeBigUInt64LE(BigInt(partition.lastLba), at + 40);
    table.writeBigUInt64LE(partition.attributes, at + 48);
    table.write(partition.name.slice(0, 36), at + 56, 72, "utf16le");
  });
  return table;
}

function checkPlaces({ partitions, firstUsableLba, lastUsableLba }: GptDisk): void {
  if (partitions.length > ENTRY_COUNT)
    throw invalid(`${partitions.length} partitions do not fit in the table`);
  const sorted = [...partitions].sort((a, b) => a.firstLba - b.firstLba);
  for (const [index, { name, firstLba, lastLba }] of sorted.entries()) {
    const free = index === 0 ? firstUsableLba : sorted[index - 1]!.lastLba + 1;
    if (firstLba < free || lastLba < firstLba || lastLba > lastUsableLba)
      throw invalid(
        `partition ${name} (${firstLba}–${lastLba}) overlaps another or does not fit on the disk`,
      );
  }
}

const invalid = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `no partition table can be made: ${reason}`);
