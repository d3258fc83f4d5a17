import { RolesError } from "../errors.ts";
import type { ByteReader } from "./byte-reader.ts";

export interface ZstdFrame {
  /** Bytes a decoder must keep. */
  windowSize: bigint;
  hasChecksum: boolean;
  /** Bytes when unpacked, where the frame says it. */
  contentSize: bigint | undefined;
  /** Bytes when unpacked at most, as its blocks say. */
  bound: number;
}

const NAME = "a zstd frame";
/** No block unpacks to more. */
const LARGEST_BLOCK = 1 << 17;

/**
 * Passes over exactly one zstd frame by its own block headers, without unpacking it. Format: RFC 8878, chapter 3.1.1.
 * Errors: FORMAT_INVALID, ARCHIVE_CUT_SHORT.
 */
export async function walkZstdFrame(reader: ByteReader): Promise<ZstdFrame> {
  const start = Buffer.from(await reader.read(5, NAME));
  if (start.readUInt32LE(0) !== 0xfd2fb528) throw invalid(reader, "no zstd frame");
  const frame = await walkHeader(reader, start[4]!);
  let bound = 0;
  for (let isLast = false; !isLast;) {
    const [low, middle, high] = (await reader.read(3, NAME)) as unknown as [number, number, number];
    const block = low | (middle << 8) | (high << 16);
    const [type, size] = [(block >> 1) & 3, block >> 3];
    if (type === 3) throw invalid(reader, "a zstd block of an unknown type");
    isLast = (block & 1) === 1;
    bound += type === 2 ? LARGEST_BLOCK : size;
    // A block of one repeated byte (type 1) holds that byte once.
    await reader.skip(type === 1 ? 1 : size, NAME);
  }
  if (frame.hasChecksum) await reader.skip(4, NAME);
  return { ...frame, bound };
}

async function walkHeader(reader: ByteReader, descriptor: number): Promise<Omit<ZstdFrame, "bound">> {
  const isSingle = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0) throw invalid(reader, "a zstd frame of a later format");
  const window = isSingle ? undefined : (await reader.read(1, NAME))[0]!;
  await reader.skip([0, 1, 2, 4][descriptor & 3]!, NAME);
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const contentSize = sizeBytes === 0 ? undefined : littleEndian(await reader.read(sizeBytes, NAME));
  // Two bytes hold the size less 256.
  const size = contentSize !== undefined && sizeBytes === 2 ? contentSize + 256n : contentSize;
  return {
    windowSize: window === undefined ? (size ?? 0n) : windowSize(window),
    hasChecksum: (descriptor & 0x04) !== 0,
    contentSize: size,
  };
}

function windowSize(descriptor: number): bigint {
  const base = 1n << BigInt(10 + (descriptor >> 3));
  return base + (base / 8n) * BigInt(descriptor & 7);
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduce((sum, byte, index) => sum + (BigInt(byte) << BigInt(8 * index)), 0n);

const invalid = (reader: ByteReader, what: string): RolesError =>
  new RolesError("FORMAT_INVALID", `there is ${what} before byte ${reader.offset}`);
