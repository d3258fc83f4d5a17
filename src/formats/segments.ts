import { RolesError } from "../errors.ts";
import { byteReader } from "./byte-reader.ts";
import { type ByteSource, slice } from "./bytes.ts";
import { decompress, sniffCompression } from "./compression.ts";
import { CPIO_TRAILER, padded, readCpio, type ReadCpioEntry, readCpioHeader, skipNuls } from "./cpio-read.ts";
import { gzipMemberSize } from "./gzip-member.ts";
import { walkXzStream } from "./xz-stream.ts";
import { walkZstdFrame } from "./zstd-frame.ts";

/** One piece of an initramfs: a plain cpio archive, or one compressed frame with one or more of them. */
export interface Segment {
  /** Byte at which it begins. */
  offset: number;
  size: number;
  compression: "plain" | "zstd" | "xz" | "gzip";
}

/** The largest zstd window that Linux unpacks an initramfs with. */
const MAX_WINDOW = 1n << 27n;
const PLAIN = 0x30;

/**
 * The segments of an initramfs in order, by the rules of Linux (init/initramfs.c): NULs between them, plain ones at multiples of 4, one frame each
 * for the others. Nothing is unpacked, except gzip, whose end only unpacking tells.
 * Errors: SEGMENT_UNALIGNED, SEGMENT_UNKNOWN, SEGMENT_WINDOW_TOO_LARGE, ARCHIVE_CUT_SHORT, ARCHIVE_INVALID, FORMAT_INVALID.
 */
export async function listSegments(source: ByteSource): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (let at = 0; ;) {
    const segment = await nextSegment(source, at);
    if (!segment) return segments;
    segments.push(segment);
    at = segment.offset + segment.size;
  }
}

/**
 * The entries of one segment. Errors: SEGMENT_ENTRY_SPLIT when its unpacked bytes end inside an entry, which Linux does not join with the next
 * segment; ARCHIVE_INVALID; TOOL_MISSING.
 */
export function readSegment(source: ByteSource, segment: Segment): AsyncGenerator<ReadCpioEntry> {
  const { offset, size, compression } = segment;
  const bytes = slice(source, offset, offset + size).stream();
  return readCpio(compression === "plain" ? bytes : decompress(bytes, compression), {
    cutShort: (what) =>
      new RolesError("SEGMENT_ENTRY_SPLIT", `the segment at byte ${offset} ends in the middle of ${what}`, {
        hint: "Linux does not join the entries of two segments: build the initramfs again.",
      }),
  });
}

async function nextSegment(source: ByteSource, from: number): Promise<Segment | undefined> {
  const reader = byteReader(source.stream(from));
  try {
    if (!(await skipNuls(reader))) return undefined;
    const offset = from + reader.offset;
    const magic = await reader.peek(6);
    const compression = magic[0] === PLAIN ? "plain" : sniffCompression(magic);
    if (compression === "none") throw unknown(offset, magic);
    const sizeOf = {
      plain: () => plainSize(source, offset),
      gzip: () => gzipMemberSize(source, offset),
      zstd: async () => {
        const { windowSize } = await walkZstdFrame(reader);
        if (windowSize > MAX_WINDOW) throw windowTooLarge(offset, windowSize);
        return from + reader.offset - offset;
      },
      xz: async () => {
        await walkXzStream(reader);
        return from + reader.offset - offset;
      },
    };
    return { offset, size: await sizeOf[compression](), compression };
  } finally {
    await reader.close();
  }
}

/** A plain segment ends after its trailer, or, without one, before the first byte that begins no entry. */
async function plainSize(source: ByteSource, offset: number): Promise<number> {
  if (offset % 4 !== 0)
    throw new RolesError(
      "SEGMENT_UNALIGNED",
      `the plain segment at byte ${offset} does not begin at a multiple of 4`,
      {
        hint: "Linux unpacks nothing from there on: put NULs before it.",
      },
    );
  const reader = byteReader(source.stream(offset));
  try {
    for (let isLast = false; !isLast && (await reader.peek(1))[0] === PLAIN;) {
      const { path, size } = await readCpioHeader(reader);
      await reader.skip(padded(size), JSON.stringify(path));
      isLast = path === CPIO_TRAILER;
    }
    return reader.offset;
  } finally {
    await reader.close();
  }
}

function unknown(offset: number, magic: Uint8Array): RolesError {
  // 0x184D2A50 to 0x184D2A5F, RFC 8878 chapter 3.1.2.
  const isSkippable =
    (magic[0]! & 0xf0) === 0x50 && magic[1] === 0x2a && magic[2] === 0x4d && magic[3] === 0x18;
  const what = isSkippable ? "a zstd skippable frame" : "bytes that are no segment";
  return new RolesError("SEGMENT_UNKNOWN", `the initramfs has ${what} at byte ${offset}`, {
    hint: "Linux unpacks nothing from there on, and starts all the same: build the initramfs again.",
  });
}

const windowTooLarge = (offset: number, window: bigint): RolesError =>
  new RolesError(
    "SEGMENT_WINDOW_TOO_LARGE",
    `the zstd segment at byte ${offset} needs a window of ${window} bytes`,
    {
      hint: `Linux unpacks an initramfs with at most ${MAX_WINDOW}: compress it without --long above 27.`,
    },
  );
