import { type ByteSource, fromBytes } from "../formats/bytes.ts";
import type { AssembledImage } from "./assemble.ts";
import { digestHex } from "./digest.ts";
import { layoutDocuments, namedEntry } from "./layout-index.ts";
import type { Reference } from "./reference.ts";

/** Every file of an OCI image layout with this one image: always the same for the same image. */
export function layoutFiles(
  image: AssembledImage,
  reference: Reference,
): { path: string; data: ByteSource }[] {
  const blobs = [...image.blobs, { descriptor: image.descriptor, content: fromBytes(image.manifest) }];
  const byPath = new Map(
    blobs.map(({ descriptor, content }) => [`blobs/sha256/${digestHex(descriptor.digest)}`, content]),
  );
  const documents = Object.entries(layoutDocuments([namedEntry(image.descriptor, reference)]));
  return [
    ...[...byPath].map(([path, data]) => ({ path, data })),
    ...documents.map(([path, bytes]) => ({ path, data: fromBytes(bytes) })),
  ];
}
