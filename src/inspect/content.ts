import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type ByteSource, sourceSha256 } from "../formats/bytes.ts";
import type { Content } from "./inspection.ts";

/** Size and hash of what passes by. */
export async function contentOf(chunks: AsyncIterable<Uint8Array>): Promise<Content> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Size and hash of something that can be read again. */
export const sourceContent = async (source: ByteSource): Promise<Content> => ({
  bytes: source.size,
  sha256: await sourceSha256(source),
});

/** The same, and a copy at `path`, which replaces what was there. */
export async function saveContent(chunks: AsyncIterable<Uint8Array>, path: string): Promise<Content> {
  const file = await open(path, "w");
  try {
    return await contentOf(passing(chunks, (chunk) => file.writeFile(chunk)));
  } finally {
    await file.close();
  }
}

async function* passing(
  chunks: AsyncIterable<Uint8Array>,
  see: (chunk: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await see(chunk);
    yield chunk;
  }
}
