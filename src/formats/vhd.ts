import { RolesError } from "../errors.ts";
import { type Guid, guidToBytes } from "./guid.ts";

/** Sectors of a disk of this size, as a footer's geometry can tell them at most (VHD specification, appendix "CHS calculation"). */
const MAX_SECTORS = 65535 * 16 * 255;
const SECTOR = 512;
const TYPE_FIXED = 2;
/** A name of a maker after which readers take the size for exact, and not the geometry; as `qemu-img -o force_size` has it. */
const CREATOR = "qem2";
/** 2000-01-01, where the time of a footer begins. */
const NO_TIME = 0;

export interface VhdOptions {
  /** Bytes of the disk, a multiple of 512. */
  size: number;
  guid: Guid;
}

/**
 * The 512 bytes that make a raw disk a fixed VHD when they follow it. Time and UUID are fixed: qemu-img writes the clock and a random one.
 * Format: Virtual Hard Disk Image Format Specification 1.0, "Hard Disk Footer Format". Errors: FORMAT_INVALID.
 */
export function vhdFooter({ size, guid }: VhdOptions): Uint8Array {
  if (size % SECTOR !== 0 || size <= 0)
    throw new RolesError(
      "FORMAT_INVALID",
      `a VHD of ${size} bytes cannot be made: it is no multiple of ${SECTOR}`,
    );
  const bytes = Buffer.alloc(SECTOR);
  bytes.write("conectix", 0, "latin1");
  bytes.writeUInt32BE(2, 8);
  bytes.writeUInt32BE(0x00010000, 12);
  // A fixed disk has no header elsewhere.
  bytes.fill(0xff, 16, 24);
  bytes.writeUInt32BE(NO_TIME, 24);
  bytes.write(CREATOR, 28, "latin1");
  bytes.writeUInt32BE(0x00010000, 32);
  bytes.write("Wi2k", 36, "latin1");
  bytes.writeBigUInt64BE(BigInt(size), 40);
  bytes.writeBigUInt64BE(BigInt(size), 48);
  const { cylinders, heads, sectors } = geometry(size / SECTOR);
  bytes.writeUInt16BE(cylinders, 56);
  bytes[58] = heads;
  bytes[59] = sectors;
  bytes.writeUInt32BE(TYPE_FIXED, 60);
  bytes.set(guidToBytes(guid), 68);
  bytes.writeUInt32BE(~bytes.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
  return bytes;
}

function geometry(total: number): { cylinders: number; heads: number; sectors: number } {
  const all = Math.min(total, MAX_SECTORS);
  const of = (heads: number, sectors: number) => ({
    cylinders: Math.floor(Math.floor(all / sectors) / heads),
    heads,
    sectors,
  });
  if (all >= 65535 * 16 * 63) return of(16, 255);
  const tracks = Math.floor(all / 17);
  const heads = Math.max(4, Math.floor((tracks + 1023) / 1024));
  if (heads <= 16 && tracks < heads * 1024) return of(heads, 17);
  return Math.floor(all / 31) < 16 * 1024 ? of(16, 31) : of(16, 63);
}
