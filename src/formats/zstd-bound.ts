import { byteReader } from "./byte-reader.ts";
import type { ByteSource } from "./bytes.ts";
import { walkZstdFrame } from "./zstd-frame.ts";

/** How many bytes a zstd file unpacks to at most, without unpacking it. Errors: FORMAT_INVALID, ARCHIVE_CUT_SHORT. */
export async function zstdBound(source: ByteSource): Promise<number> {
  const reader = byteReader(source.stream());
  try {
    let bound = 0;
    while (!(await reader.atEnd())) bound += (await walkZstdFrame(reader)).bound;
    return bound;
  } finally {
    await reader.close();
  }
}
