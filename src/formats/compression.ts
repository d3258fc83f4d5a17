import { createGunzip, createGzip } from "node:zlib";
import { isRolesError, RolesError } from "../errors.ts";
import { streamTool } from "./run-tool.ts";
import { through } from "./through.ts";
import { zstdDecompress } from "./zstd.ts";

export type Compression = "none" | "gzip" | "zstd" | "xz";

/** Which compression these first bytes (6 are enough) belong to; "none" when it is none that is known here. */
export function sniffCompression(bytes: Uint8Array): Compression {
  const starts = (...magic: number[]): boolean => magic.every((byte, index) => bytes[index] === byte);
  if (starts(0x1f, 0x8b)) return "gzip";
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return "zstd";
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return "xz";
  return "none";
}

/** Gzip with no name and no time in its header. `level` 0 to 9, default 6. */
export const gzipCompress = (input: AsyncIterable<Uint8Array>, level = 6): AsyncGenerator<Uint8Array> =>
  through(input, createGzip({ level }));

/** What `input` holds, uncompressed. Errors: ARCHIVE_INVALID when the bytes are damaged or cut short; TOOL_MISSING. */
export async function* decompress(
  input: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  try {
    yield* plain(input, compression);
  } catch (error) {
    if (isRolesError(error) && error.code !== "TOOL_FAILED") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RolesError("ARCHIVE_INVALID", `the ${compression} data cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

async function* plain(
  input: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  if (compression === "none") yield* input;
  else if (compression === "zstd") yield* zstdDecompress(input);
  else if (compression === "xz") yield* streamTool("xz", ["-q", "-d", "-c", "--memlimit=128MiB"], { input });
  else yield* through(input, createGunzip({ chunkSize: 1 << 18 }));
}
