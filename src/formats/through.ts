import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What a transform makes of `input`, with back-pressure; an error of either ends both. */
export async function* through(
  input: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array> {
  const fed = pipeline(input, transform);
  fed.catch(() => {});
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
    await fed;
  } finally {
    transform.destroy();
  }
}
