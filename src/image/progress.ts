import type { Emit } from "../events.ts";
import type { OciImage } from "../oci/resolve.ts";

/** More often than that no display is drawn. Milliseconds. */
const interval = 100;

/** Passes chunks on and tells now and then how many bytes have gone by. */
export async function* telling(
  chunks: AsyncIterable<Uint8Array>,
  tell: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let told = performance.now();
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const now = performance.now();
    if (now - told >= interval) {
      tell(bytes);
      told = now;
    }
    yield chunk;
  }
}

/** An image whose layers, while they are read, are the progress of the step `id`. */
export function tellingImage(image: OciImage, id: string, emit: Emit): OciImage {
  let before = 0;
  return {
    ...image,
    async *blob(descriptor) {
      yield* telling(image.blob(descriptor), (bytes) =>
        emit({ type: "step-progress", id, bytes: before + bytes, totalBytes: image.bytes }),
      );
      before += descriptor.size;
    },
  };
}
