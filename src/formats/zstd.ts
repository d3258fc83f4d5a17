import { streamTool } from "./run-tool.ts";

export interface ZstdOptions {
  /** 1 to 22; default 18, as Talos uses. Above 19 is refused by the window limit of Linux only when it passes 2^27. */
  level?: number;
  signal?: AbortSignal;
}

/**
 * One zstd frame with a checksum, made by the `zstd` program: the same bytes for any number of processors (its multi-threaded mode
 * cuts the input by size and level only). Linux wants exactly one frame a segment and no skippable ones.
 */
export function zstdCompress(
  input: AsyncIterable<Uint8Array>,
  { level = 18, signal }: ZstdOptions = {},
): AsyncGenerator<Uint8Array> {
  const args = ["-q", "-c", "-T0", ...(level > 19 ? ["--ultra"] : []), `-${level}`, "-"];
  return streamTool("zstd", args, { input, ...(signal ? { signal } : {}) });
}

/** Window of at most 2^27 bytes, the limit of Linux: it also bounds the memory that hostile input can ask for. Errors: ARCHIVE_INVALID. */
export function zstdDecompress(
  input: AsyncIterable<Uint8Array>,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array> {
  return streamTool("zstd", ["-q", "-d", "-c", "--long=27", "-"], { input, ...(signal ? { signal } : {}) });
}
