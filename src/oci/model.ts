import { z } from "zod";
import { type Digest, isDigest } from "./digest.ts";

/** The documents of the OCI image specification 1.1, as far as we read them; keys we do not know are kept. */
const digest = z.custom<Digest>(
  (value) => typeof value === "string" && isDigest(value),
  "not a sha256 digest",
);
const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const annotations = z.record(z.string(), z.string());

const platform = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().exactOptional(),
});

const descriptor = z.looseObject({
  mediaType: z.string(),
  digest,
  size,
  artifactType: z.string().exactOptional(),
  platform: platform.exactOptional(),
  annotations: annotations.exactOptional(),
});

export const imageManifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().exactOptional(),
  artifactType: z.string().exactOptional(),
  config: descriptor,
  layers: z.array(descriptor).max(1000),
  subject: descriptor.exactOptional(),
  annotations: annotations.exactOptional(),
});

export const imageIndexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().exactOptional(),
  artifactType: z.string().exactOptional(),
  manifests: z.array(descriptor).max(10_000),
  subject: descriptor.exactOptional(),
  annotations: annotations.exactOptional(),
});

export const imageConfigSchema = z.looseObject({
  os: z.string().exactOptional(),
  architecture: z.string().exactOptional(),
  config: z.looseObject({}).nullable().exactOptional(),
  rootfs: z.looseObject({ type: z.string(), diff_ids: z.array(digest) }).exactOptional(),
});

export type Descriptor = z.infer<typeof descriptor>;
export type ImageManifest = z.infer<typeof imageManifestSchema>;
export type ImageConfig = z.infer<typeof imageConfigSchema>;
