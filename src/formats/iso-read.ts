import { RolesError } from "../errors.ts";
import { type ByteSource, collect } from "./bytes.ts";

const SECTOR = 2048;
const CATALOG_LIMIT = 2048;
const UEFI = 0xef;

/** Where the volume name and the FAT image for UEFI firmware are in an ISO. */
export interface IsoBoot {
  volumeId: string;
  /** First byte of the FAT image. */
  offset: number;
}

/** Whether it begins as an ISO 9660 file system does. */
export async function isIso(source: ByteSource): Promise<boolean> {
  if (source.size < 17 * SECTOR) return false;
  const head = await bytesAt(source, 16 * SECTOR, 6);
  return head.toString("latin1", 1, 6) === "CD001";
}

/**
 * Finds what UEFI firmware starts from an ISO. Formats: ECMA-119 §8 and the El Torito specification 1.0.
 * Errors: FORMAT_INVALID when it is no ISO, or none that UEFI firmware can start.
 */
export async function readIsoBoot(source: ByteSource): Promise<IsoBoot> {
  const volume = await bytesAt(source, 16 * SECTOR, SECTOR);
  const record = await bytesAt(source, 17 * SECTOR, SECTOR);
  if (volume.toString("latin1", 1, 6) !== "CD001") throw invalid("it is no ISO 9660 file system");
  if (record.toString("latin1", 7, 30) !== "EL TORITO SPECIFICATION") throw invalid("it is not bootable");
  const catalog = await bytesAt(source, record.readUInt32LE(0x47) * SECTOR, CATALOG_LIMIT);
  const sector = uefiEntry(catalog);
  if (sector === undefined) throw invalid("it has nothing that UEFI firmware starts");
  return { volumeId: volume.toString("latin1", 40, 72).trimEnd(), offset: sector * SECTOR };
}

/** Entries of 32 bytes: a validation entry with the platform, its one boot entry, then sections with theirs. */
function uefiEntry(catalog: Buffer): number | undefined {
  let platform = catalog[1];
  let left = 1;
  for (let at = 32; at + 32 <= catalog.length; at += 32) {
    const kind = catalog[at];
    if (kind === 0x90 || kind === 0x91) {
      platform = catalog[at + 1];
      left = catalog.readUInt16LE(at + 2);
    } else if (left > 0) {
      left -= 1;
      if (kind === 0x88 && platform === UEFI) return catalog.readUInt32LE(at + 8);
    }
  }
  return undefined;
}

async function bytesAt(source: ByteSource, offset: number, size: number): Promise<Buffer> {
  if (offset + size > source.size) throw invalid("it is cut short");
  return Buffer.from(await collect(source.stream(offset, offset + size), size));
}

const invalid = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", `this ISO cannot be read: ${reason}`);
