import { RolesError } from "../errors.ts";
import { decompress, sniffCompression } from "../formats/compression.ts";
import { readTar, type ReadTarEntry } from "../formats/tar-read.ts";
import type { Budget } from "./budget.ts";
import { isLayerType } from "./media-types.ts";
import type { Descriptor } from "./model.ts";
import type { OciImage } from "./resolve.ts";

/** What flattening needs of an image. */
export type LayeredImage = Pick<OciImage, "blob"> & { manifest: Pick<OciImage["manifest"], "layers"> };

/**
 * The tar entries of one layer as they come, from the compressed blob. The blob is read to its very end, so that its digest is
 * checked also where the archive ends before. What it unpacks to is taken from `budget`. Errors: ARCHIVE_INVALID, ARCHIVE_TOO_LARGE, UNSUPPORTED and those of `blob`.
 */
export async function* readLayer(
  image: LayeredImage,
  layer: Descriptor,
  budget: Budget,
): AsyncGenerator<ReadTarEntry> {
  if (!isLayerType(layer.mediaType))
    throw new RolesError(
      "UNSUPPORTED",
      `${layer.digest} is ${JSON.stringify(layer.mediaType)}, not a layer of files`,
      {
        hint: "This is an artifact, not an image: check the reference.",
      },
    );
  const blob = image.blob(layer)[Symbol.asyncIterator]();
  try {
    const first = await peek(blob);
    yield* readTar(bounded(decompress(keptOpen(first, blob), sniffCompression(first)), budget));
    while (!(await blob.next()).done);
  } finally {
    await blob.return?.();
  }
}

async function peek(blob: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let first: Uint8Array = new Uint8Array();
  while (first.length < 6) {
    const { done, value } = await blob.next();
    if (done === true) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

/** Whoever stops reading early does not end the blob: what is left of it must still be checked. */
async function* keptOpen(first: Uint8Array, blob: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await blob.next(); next.done !== true; next = await blob.next()) yield next.value;
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, budget: Budget): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    budget.spend(chunk.length);
    yield chunk;
  }
}
