import type { ByteSource } from "../formats/bytes.ts";
import { fromBytes } from "../formats/bytes.ts";
import { type Digest, digestOf } from "./digest.ts";
import { documentBytes } from "./document.ts";
import { mediaTypes } from "./media-types.ts";
import type { Descriptor } from "./model.ts";

/** A layer that is at hand: compressed content, and the digest of the tar inside. */
export interface Layer {
  descriptor: Descriptor;
  diffId: Digest;
  content: ByteSource;
}

export interface ImageParts {
  /** As OCI names it: `arm64`, `amd64`. */
  architecture: string;
  /** The `config` object: Entrypoint, Env, Labels. */
  config?: Record<string, unknown>;
  layers: readonly Layer[];
  annotations?: Record<string, string>;
}

/** An image that can be pushed or written: its manifest and every blob that it names. */
export interface AssembledImage {
  descriptor: Descriptor;
  /** The manifest's bytes. */
  manifest: Uint8Array;
  config: Uint8Array;
  layers: readonly Layer[];
  blobs: readonly { descriptor: Descriptor; content: ByteSource }[];
}

/** No clock reaches an output: the zero time, as the imager's own history entries have it. */
const ZERO_TIME = "0001-01-01T00:00:00Z";

/** Makes config and manifest for layers, always the same bytes for the same parts. */
export function assembleImage({
  architecture,
  config = {},
  layers,
  annotations,
}: ImageParts): AssembledImage {
  const configBytes = documentBytes({
    architecture,
    created: ZERO_TIME,
    history: layers.map(() => ({ created: ZERO_TIME })),
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    config,
  });
  const configDescriptor = describe(configBytes, mediaTypes.config);
  const manifest = documentBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: configDescriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...(annotations === undefined ? {} : { annotations }),
  });
  return {
    descriptor: { ...describe(manifest, mediaTypes.manifest), platform: { architecture, os: "linux" } },
    manifest,
    config: configBytes,
    layers,
    blobs: [{ descriptor: configDescriptor, content: fromBytes(configBytes) }, ...layers],
  };
}

/** An index over images of several architectures. */
export function assembleIndex(images: readonly AssembledImage[]): {
  descriptor: Descriptor;
  bytes: Uint8Array;
} {
  const bytes = documentBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map(({ descriptor }) => descriptor),
  });
  return { descriptor: describe(bytes, mediaTypes.index), bytes };
}

/** The descriptor of small content. */
export const describe = (bytes: Uint8Array, mediaType: string): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
