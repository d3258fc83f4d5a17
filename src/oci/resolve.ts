import { RolesError } from "../errors.ts";
import type { Digest } from "./digest.ts";
import { parseDocument } from "./document.ts";
import { isIndexType, isManifestType } from "./media-types.ts";
import {
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
  imageConfigSchema,
  imageIndexSchema,
  imageManifestSchema,
} from "./model.ts";
import { byDigest, formatReference, type Reference } from "./reference.ts";
import { type ImageSource, type RawManifest, readDocument } from "./source.ts";

/** One image for one architecture, with everything small already read and checked. */
export interface OciImage {
  /** As it was asked for. */
  reference: Reference;
  /** What the reference pointed at: an index, or the manifest itself. */
  digest: Digest;
  /** Of the manifest for the architecture. */
  descriptor: Descriptor;
  manifest: ImageManifest;
  config: ImageConfig;
  /** The manifest's own bytes. */
  manifestBytes: Uint8Array;
  /** Sum of the compressed layer sizes, bytes. */
  bytes: number;
  blob(descriptor: Descriptor): AsyncIterable<Uint8Array>;
}

/** An architecture as OCI names it (`arm64`, `amd64`), or "any" for images of data where the first will do. */
export type WantedArch = "any" | (string & {});

/**
 * Finds the image for linux and `arch` behind a reference, through an index where there is one.
 * A single manifest is accepted only if its config says it is for that architecture, which Talos' own tools do not check
 * (go-containerregistry takes any). Errors: PLATFORM_MISSING, REGISTRY_PROTOCOL and those of the source.
 */
export async function resolveImage(
  source: ImageSource,
  reference: Reference,
  arch: WantedArch,
): Promise<OciImage> {
  const top = await source.manifest(reference);
  const raw = isIndexType(top.mediaType) ? await choose(source, reference, top, arch) : top;
  const name = formatReference(reference);
  if (!isManifestType(raw.mediaType)) throw notAnImage(name, raw.mediaType);
  const manifest = parseDocument(raw.bytes, imageManifestSchema, `the manifest of ${name}`);
  const config = await readConfig(source, byDigest(reference, raw.digest), manifest);
  if (arch !== "any") checkPlatform(config, arch, name);
  return {
    reference,
    digest: top.digest,
    descriptor: { mediaType: raw.mediaType, digest: raw.digest, size: raw.bytes.length },
    manifest,
    config,
    manifestBytes: raw.bytes,
    bytes: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
    blob: (descriptor) => source.blob(byDigest(reference, raw.digest), descriptor),
  };
}

async function choose(
  source: ImageSource,
  reference: Reference,
  top: RawManifest,
  arch: WantedArch,
): Promise<RawManifest> {
  const name = formatReference(reference);
  const { manifests } = parseDocument(top.bytes, imageIndexSchema, `the index of ${name}`);
  const fitting = manifests.filter(
    ({ platform }) => platform?.os === "linux" && fits(platform.architecture, arch),
  );
  const found = fitting.find(({ mediaType }) => isManifestType(mediaType));
  if (!found && fitting.length > 0) throw notAnImage(name, fitting[0]!.mediaType);
  if (!found) throw platformMissing(name, arch, platformsOf(manifests));
  return source.manifest(byDigest(reference, found.digest));
}

async function readConfig(
  source: ImageSource,
  reference: Reference,
  manifest: ImageManifest,
): Promise<ImageConfig> {
  const bytes = await readDocument(source, reference, manifest.config);
  return parseDocument(bytes, imageConfigSchema, `the config of ${formatReference(reference)}`);
}

function checkPlatform({ os, architecture }: ImageConfig, arch: string, name: string): void {
  if (os === "linux" && architecture === arch) return;
  throw platformMissing(name, arch, [`${os ?? "?"}/${architecture ?? "?"}`]);
}

const fits = (architecture: string, arch: WantedArch): boolean => arch === "any" || architecture === arch;

/** Attestations carry the platform unknown/unknown: no one can ask for it. */
const platformsOf = (manifests: Descriptor[]): string[] =>
  manifests
    .map(({ platform }) => `${platform?.os ?? "?"}/${platform?.architecture ?? "?"}`)
    .filter((platform) => platform !== "unknown/unknown");

const notAnImage = (name: string, mediaType: string): RolesError =>
  new RolesError("REGISTRY_PROTOCOL", `${name} is not an image but ${JSON.stringify(mediaType)}`);

const platformMissing = (name: string, arch: string, has: string[]): RolesError =>
  new RolesError(
    "PLATFORM_MISSING",
    `${name} has no image for linux/${arch}, only for ${has.join(", ") || "none"}`,
    {
      hint: `Use an image that was built for ${arch}, or another architecture in roles.yaml's cluster.arch.`,
    },
  );
