import pLimit from "p-limit";
import type { Lock } from "../catalog/lock-model.ts";
import { isRolesError } from "../errors.ts";
import { annotation } from "../image/push/annotations.ts";
import { outputsBeside } from "../image/push/outputs-said.ts";
import type { RecordedAsset, RecordedRole } from "../image/record.ts";
import { type Digest, digestHex } from "../oci/digest.ts";
import { parseReference } from "../oci/reference.ts";
import type { ImageSource, RawManifest } from "../oci/source.ts";
import type { RolesFile } from "../roles/model.ts";
import { type Target, installerReference } from "../roles/names.ts";
import { type KeyedEntry, entryId, keyedMatrix } from "./matrix.ts";
import type { Published } from "./merge.ts";

/** The entries whose installer image is not in the registry, or is there made of something else or without an output. Errors: those of the source, but for a missing image. */
export async function unpublished(
  roles: RolesFile,
  entries: readonly KeyedEntry[],
  source: ImageSource,
): Promise<KeyedEntry[]> {
  const limit = pLimit(8);
  const found = await Promise.all(
    entries.map((entry) => limit(async () => ((await isPublished(roles, entry, source)) ? [] : [entry]))),
  );
  return found.flat();
}

const isPublished = async (roles: RolesFile, entry: KeyedEntry, source: ImageSource): Promise<boolean> =>
  (await publishedImage(roles, entry, source)) !== undefined;

interface PublishedImage {
  reference: string;
  digest: Digest;
  bytes: number;
  /** What was built beside it in the run that pushed it. */
  beside: readonly RecordedAsset[];
}

/**
 * The installer image of an entry as the registry has it under its Talos tag, when `push` noted on it that it was made
 * of the same inputs, and that every other output was built with it. Undefined where it is not so, and it has to be built and pushed.
 */
async function publishedImage(
  roles: RolesFile,
  entry: KeyedEntry,
  source: ImageSource,
): Promise<PublishedImage | undefined> {
  const reference = installerReference(roles, { role: entry.name, arch: entry.arch });
  const found = await find(source, reference);
  if (!found) return undefined;
  const { annotations, layers = [] } = JSON.parse(
    Buffer.from(found.bytes).toString("utf8"),
  ) as PublishedManifest;
  const beside = outputsBeside(roles, annotations?.[annotation.outputs]);
  if (annotations?.[annotation.lock] !== entry.key || !beside) return undefined;
  return { reference, digest: found.digest, bytes: layers.reduce((sum, { size }) => sum + size, 0), beside };
}

interface PublishedManifest {
  annotations?: Record<string, string>;
  layers?: { size: number }[];
}

async function find(source: ImageSource, reference: string): Promise<RawManifest | undefined> {
  try {
    return await source.manifest(parseReference(reference));
  } catch (error) {
    // Registries answer "denied" for a repository that nobody has pushed to yet.
    if (isRolesError(error, "REGISTRY_NOT_FOUND", "REGISTRY_DENIED")) return undefined;
    throw error;
  }
}

/**
 * What a record says of an image that was published before. The same key means the same inputs, so the rest is in the
 * lock. Undefined where the registry has no such image.
 */
async function publishedRole(
  roles: RolesFile,
  lock: Lock,
  entry: KeyedEntry,
  source: ImageSource,
): Promise<RecordedRole | undefined> {
  const image = await publishedImage(roles, entry, source);
  const architecture = lock.architectures[entry.arch];
  const locked = lock.roles[entry.name]?.[entry.arch];
  if (!image || !architecture || !locked) return undefined;
  return {
    name: entry.name,
    arch: entry.arch,
    kernelRelease: architecture.kernelRelease,
    extensions: locked.extensions.flatMap((key) => {
      const found = architecture.extensions[key];
      return found ? [{ name: found.name, version: found.version, digest: found.digest }] : [];
    }),
    schematic: locked.schematic,
    inputsKey: entry.key,
    installer: image.reference,
    standIns: [],
    pushed: { digest: image.digest },
    assets: [
      {
        kind: "installer",
        format: "registry",
        path: image.reference,
        sha256: digestHex(image.digest),
        bytes: image.bytes,
        buildKey: entry.key.replace(/^sha256:/, ""),
      },
      ...image.beside.map((asset) => ({ ...asset, earlier: true })),
    ],
  };
}

/** What is published already of `targets`, by the names of their jobs. Errors: those of the source. */
export async function publishedBefore(
  roles: RolesFile,
  lock: Lock,
  targets: readonly Target[],
  source: ImageSource,
): Promise<Published> {
  const wanted = new Set(targets.map(({ role, arch }) => entryId({ name: role, arch })));
  const found = new Map<string, RecordedRole>();
  for (const entry of keyedMatrix(roles, lock).filter((one) => wanted.has(entryId(one)))) {
    const role = await publishedRole(roles, lock, entry, source);
    if (role) found.set(entryId(entry), role);
  }
  return found;
}
