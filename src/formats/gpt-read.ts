import { crc32 } from "node:zlib";
import { RolesError } from "../errors.ts";
import { type ByteSource, collect, slice } from "./bytes.ts";
import { type GptDisk, type GptPartition, HEADER_SIZE } from "./gpt.ts";
import { guidFromBytes } from "./guid.ts";

const MAX_TABLE = 1 << 20;

/** Reads and checks both copies of a GUID partition table, for sectors of 512 or 4096 bytes. Errors: FORMAT_INVALID. */
export async function readGpt(source: ByteSource): Promise<GptDisk> {
  for (const sectorSize of [512, 4096]) {
    const head = await bytesAt(source, sectorSize, HEADER_SIZE);
    if (head.toString("latin1", 0, 8) !== "EFI PART") continue;
    const sectors = Math.floor(source.size / sectorSize);
    const primary = await readCopy(source, { sectorSize, lba: 1, sectors, name: "first" });
    const backup = await readCopy(source, { sectorSize, lba: sectors - 1, sectors, name: "backup" });
    if (!primary.table.equals(backup.table)) throw invalid("its two copies differ");
    return primary.disk;
  }
  throw invalid("it has none");
}

/** The bytes of one partition. */
export const partitionData = (
  source: ByteSource,
  disk: GptDisk,
  { firstLba, lastLba }: GptPartition,
): ByteSource => slice(source, firstLba * disk.sectorSize, (lastLba + 1) * disk.sectorSize);

interface Where {
  sectorSize: number;
  lba: number;
  sectors: number;
  name: string;
}

async function readCopy(source: ByteSource, where: Where): Promise<{ disk: GptDisk; table: Buffer }> {
  const { sectorSize, lba, sectors, name } = where;
  const header = await bytesAt(source, lba * sectorSize, HEADER_SIZE);
  if (header.toString("latin1", 0, 8) !== "EFI PART") throw invalid(`its ${name} copy is missing`);
  const sum = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (header.readUInt32LE(12) !== HEADER_SIZE || crc32(header) !== sum)
    throw invalid(`the checksum of its ${name} header is wrong`);
  const entrySize = header.readUInt32LE(84);
  const length = header.readUInt32LE(80) * entrySize;
  if (entrySize < 128 || entrySize % 128 !== 0 || length > MAX_TABLE)
    throw invalid(`its ${name} table is too large`);
  const table = await bytesAt(source, lbaAt(header, 72) * sectorSize, length);
  if (crc32(table) !== header.readUInt32LE(88)) throw invalid(`the checksum of its ${name} table is wrong`);
  if (lbaAt(header, 24) !== lba) throw invalid(`its ${name} header says that it lies elsewhere`);
  const partitions = readEntries(table, entrySize);
  for (const { name, firstLba, lastLba } of partitions)
    if (firstLba > lastLba || lastLba >= sectors)
      throw invalid(`its partition ${JSON.stringify(name)} lies outside`);
  const guid = guidFromBytes(header.subarray(56, 72));
  const [firstUsableLba, lastUsableLba] = [lbaAt(header, 40), lbaAt(header, 48)];
  return { disk: { sectorSize, sectors, guid, firstUsableLba, lastUsableLba, partitions }, table };
}

function readEntries(table: Buffer, entrySize: number): GptPartition[] {
  const partitions: GptPartition[] = [];
  for (let at = 0; at + entrySize <= table.length; at += entrySize) {
    const entry = table.subarray(at, at + entrySize);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    partitions.push({
      name: entry.toString("utf16le", 56, 128).replace(/\0[\s\S]*$/, ""),
      type: guidFromBytes(entry),
      guid: guidFromBytes(entry.subarray(16)),
      firstLba: lbaAt(entry, 32),
      lastLba: lbaAt(entry, 40),
      attributes: entry.readBigUInt64LE(48),
    });
  }
  return partitions;
}

function lbaAt(bytes: Buffer, offset: number): number {
  const lba = bytes.readBigUInt64LE(offset);
  if (lba > 2n ** 40n) throw invalid("it names a sector that is impossibly far away");
  return Number(lba);
}

async function bytesAt(source: ByteSource, offset: number, size: number): Promise<Buffer> {
  if (offset + size > source.size) throw invalid("the disk is cut short");
  return Buffer.from(await collect(source.stream(offset, offset + size), size));
}

const invalid = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `the partition table (GPT) of this disk cannot be read: ${reason}`);
