import type { ByteSource } from "../formats/bytes.ts";

/** A blob that can be asked for again as bytes: every reading asks anew, also for a part of it. */
export const blobBytes = (size: number, content: () => AsyncIterable<Uint8Array>): ByteSource => ({
  size,
  async *stream(start = 0, end = size) {
    let at = 0;
    for await (const chunk of content()) {
      const from = Math.max(0, start - at);
      const to = Math.min(chunk.length, end - at);
      if (from < to) yield chunk.subarray(from, to);
      at += chunk.length;
    }
  },
});
