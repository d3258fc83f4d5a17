import { isRolesError } from "../errors.ts";
import { type ByteSource, collect, slice } from "../formats/bytes.ts";
import { type Compression, decompress, sniffCompression } from "../formats/compression.ts";
import { looksLikePe, readPe } from "../formats/pe.ts";
import { archOfPe } from "./arch-of.ts";
import { sourceContent } from "./content.ts";
import type { InspectedKernel } from "./inspection.ts";

type Described = Omit<InspectedKernel, "bytes" | "sha256">;

/**
 * Architecture and release of a Linux kernel: x86 bzImage (Linux Documentation/arch/x86/boot.rst), arm64 Image (Documentation/arch/arm64/booting.rst),
 * EFI zboot (drivers/firmware/efi/libstub/zboot-header.S); for another EFI program its architecture. Null when it is none of these.
 */
export async function inspectKernel(source: ByteSource): Promise<InspectedKernel | null> {
  const found = await describe(source);
  return found && { ...(await sourceContent(source)), ...found };
}

async function describe(source: ByteSource): Promise<Described | null> {
  const head = Buffer.from(await collect(source.stream(0, Math.min(1 << 12, source.size)), 1 << 12));
  if (head.length < 1024) return null;
  if (head.toString("latin1", 0x202, 0x206) === "HdrS")
    return { format: "bzImage", arch: "amd64", release: await bzImageRelease(source, head) };
  if (head.toString("latin1", 4, 8) === "zimg" && looksLikePe(head)) return zboot(source, head);
  if (head.toString("latin1", 0x38, 0x3c) === "ARM\u0064")
    return { format: "Image", arch: "arm64", release: await bannerRelease(source.stream()) };
  if (!looksLikePe(head)) return null;
  return { format: "PE", arch: archOfPe((await readPe(source)).machine), release: null };
}

async function bzImageRelease(source: ByteSource, head: Buffer): Promise<string | null> {
  const pointer = head.readUInt16LE(0x20e);
  const setup = (head[0x1f1]! || 4) * 512;
  const [from, to] = [pointer + 512, Math.min(pointer + 512 + 256, source.size)];
  if (pointer === 0 || pointer > setup || from >= to) return null;
  const text = Buffer.from(await collect(source.stream(from, to), 256)).toString("latin1");
  return /^[^\0 ]+/.exec(text)?.[0] ?? null;
}

async function zboot(source: ByteSource, head: Buffer): Promise<Described> {
  const { machine } = await readPe(source);
  const [from, size] = [head.readUInt32LE(8), head.readUInt32LE(12)];
  const inBounds = from + size <= source.size;
  const payload = slice(source, from, from + size);
  const compression: Compression = inBounds
    ? sniffCompression(await collect(payload.stream(0, Math.min(6, size)), 6))
    : "none";
  const release =
    compression === "none" ? null : await bannerRelease(decompress(payload.stream(), compression));
  return { format: "zboot", arch: archOfPe(machine), release };
}

const BANNER = "Linux version ";
/** The banner's text is never longer. */
const OVERLAP = 256;

/** The release in the banner that every kernel has in it; null when there is none, or the bytes cannot be unpacked so far. */
async function bannerRelease(chunks: AsyncIterable<Uint8Array>): Promise<string | null> {
  let before = Buffer.alloc(0);
  try {
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([before, chunk]);
      for (let at = bytes.indexOf(BANNER); at >= 0; at = bytes.indexOf(BANNER, at + 1)) {
        const [, release] =
          /^Linux version (\d[\w.+~-]*) /.exec(bytes.toString("latin1", at, at + OVERLAP)) ?? [];
        if (release !== undefined) return release;
      }
      before = bytes.subarray(Math.max(0, bytes.length - OVERLAP));
    }
  } catch (error) {
    // A kernel whose payload is damaged has no release that could be told.
    if (!isRolesError(error, "ARCHIVE_INVALID")) throw error;
  }
  return null;
}
