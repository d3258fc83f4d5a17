import { type FileHandle, open } from "node:fs/promises";
import { type ByteSource, concat, zeros } from "./bytes.ts";
import { makeWhole } from "./files.ts";

/** A piece of a disk image; what no extent covers is zeros. */
export interface Extent {
  /** Byte at which it begins. */
  offset: number;
  data: ByteSource;
}

/** A disk image of `size` bytes as one sequence of bytes. Extents must not overlap. */
export function fromExtents(size: number, extents: readonly Extent[]): ByteSource {
  const parts: ByteSource[] = [];
  let at = 0;
  for (const { offset, data } of [...extents].sort((a, b) => a.offset - b.offset)) {
    parts.push(zeros(offset - at), data);
    at = offset + data.size;
  }
  return concat(...parts, zeros(size - at));
}

/** Writes a disk image whole or not at all, as a sparse file: only the extents take space. Errors: NO_SPACE. */
export const writeSparse = (path: string, size: number, extents: readonly Extent[]): Promise<void> =>
  makeWhole(path, async (temporary) => {
    const file = await open(temporary, "wx", 0o644);
    try {
      // The umask must not reach an output.
      await file.chmod(0o644);
      await file.truncate(size);
      for (const extent of extents) await writeExtent(file, extent);
    } finally {
      await file.close();
    }
  });

async function writeExtent(file: FileHandle, { offset, data }: Extent): Promise<void> {
  let position = offset;
  for await (const chunk of data.stream()) {
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
      written += bytesWritten;
    }
    position += chunk.length;
  }
}
