import { createHash } from "node:crypto";
import { RolesError } from "../errors.ts";
import { type Compression, decompress, sniffCompression } from "../formats/compression.ts";
import { byteReader } from "../formats/byte-reader.ts";
import type { Descriptor } from "../oci/model.ts";
import type { OciImage } from "../oci/resolve.ts";
import type { Known } from "./known.ts";

/**
 * Holds every layer of an image against the digest of its unpacked form in the config: in a docker-archive nothing else ties them together.
 * Errors: DIGEST_MISMATCH, ARCHIVE_INVALID.
 */
export async function checkDiffIds(image: OciImage, name: string, known: Known): Promise<void> {
  const wanted = image.config.rootfs?.diff_ids ?? [];
  const { layers } = image.manifest;
  if (wanted.length !== layers.length)
    throw mismatch(name, `its config tells of ${wanted.length} layers, and it has ${layers.length}`);
  for (const [index, layer] of layers.entries()) {
    let isRead = false;
    const found = await known.or("diff-id", layer.digest, () => ((isRead = true), diffIdOf(image, layer)));
    // Reading it to the end holds it against its digest.
    if (!isRead) for await (const _ of image.blob(layer));
    if (found !== wanted[index])
      throw mismatch(name, `layer ${index + 1} unpacks to ${found}, not ${wanted[index]}`);
  }
}

async function diffIdOf(image: OciImage, layer: Descriptor): Promise<string> {
  const compression = await compressionOf(image.blob(layer));
  const hash = createHash("sha256");
  for await (const chunk of decompress(image.blob(layer), compression)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

async function compressionOf(blob: AsyncIterable<Uint8Array>): Promise<Compression> {
  const reader = byteReader(blob);
  try {
    return sniffCompression(await reader.peek(6));
  } finally {
    await reader.close();
  }
}

const mismatch = (name: string, reason: string): RolesError =>
  new RolesError("DIGEST_MISMATCH", `${name}: ${reason}`, {
    hint: "The file was changed or damaged: build or fetch it again.",
  });
