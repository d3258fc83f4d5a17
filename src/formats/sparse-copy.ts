import { type FileHandle, open } from "node:fs/promises";
import { RolesError } from "../errors.ts";

const BLOCK = 1 << 16;
const nothing = Buffer.alloc(BLOCK);

/** Writes a stream to a new file in which blocks of zeros are holes. Refuses more than `limit` (bytes). Errors: ARCHIVE_TOO_LARGE. */
export async function writeHoles(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<void> {
  const file = await open(path, "wx", 0o600);
  let size = 0;
  try {
    for await (const chunk of chunks) {
      if (size + chunk.length > limit)
        throw new RolesError("ARCHIVE_TOO_LARGE", `it unpacks to more than ${limit} bytes`);
      await writeBlocks(file, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), size);
      size += chunk.length;
    }
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

async function writeBlocks(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let at = 0; at < chunk.length; at += BLOCK) {
    const block = chunk.subarray(at, at + BLOCK);
    if (!nothing.subarray(0, block.length).equals(block))
      await file.write(block, 0, block.length, position + at);
  }
}
