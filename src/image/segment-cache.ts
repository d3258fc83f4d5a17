import { isRolesError, RolesError } from "../errors.ts";
import type { Emit } from "../events.ts";
import { fromBytes, fromFile } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { interruptible } from "../catalog/together.ts";
import { describe } from "../oci/assemble.ts";
import type { RegistryClient } from "../oci/client.ts";
import { documentBytes, parseDocument } from "../oci/document.ts";
import { mediaTypes } from "../oci/media-types.ts";
import { type Descriptor, imageManifestSchema } from "../oci/model.ts";
import { byDigest, byTag, formatReference, type Reference } from "../oci/reference.ts";
import type { ImageSource } from "../oci/source.ts";
import type { CachedFile } from "./cache-entry.ts";
import { segmentFiles } from "./segment.ts";

/** A repository where builds on several machines keep the layers that they compressed. */
export interface SharedRepository {
  client: Pick<RegistryClient, "manifest" | "blob" | "pushBlob" | "pushManifest">;
  repository: Reference;
}

/** That repository during one build. What goes wrong with it becomes one warning of each kind, and never an error. */
export interface SegmentCache {
  /** Writes the layer that is kept under a segment's key; false when there is none. Nobody vouches for it yet. Errors: NO_SPACE. */
  fetch(key: string, output: string): Promise<boolean>;
  /** A layer that was fetched is the right one (undefined), or what speaks against it. */
  judged(fault: string | undefined): void;
  store(key: string, layer: CachedFile): Promise<void>;
  readonly counts: { taken: number; stored: number };
}

const segmentArtifactType = "application/vnd.talos-roles.segment.v1";
const segmentLayerType = "application/vnd.talos-roles.segment.layer.v1+squashfs";
const titleKey = "org.opencontainers.image.title";
const empty = new TextEncoder().encode("{}");
/** No layer is near that; a hostile one must not fill the disk. */
const LAYER_LIMIT = 4 * 2 ** 30;

/** The tag of a segment; its key names all inputs of its bytes, the versions of the tools among them. */
const segmentTag = (key: string): string => `segment-${key}`;

interface Surroundings {
  emit: Emit;
  signal: AbortSignal;
}

export function openSegmentCache(
  { client, repository }: SharedRepository,
  { emit, signal }: Surroundings,
): SegmentCache {
  const source = interruptible(client, signal);
  const counts = { taken: 0, stored: 0 };
  const { attempt, warn } = forgiving(`${repository.registry}/${repository.repository}`, { emit, signal });
  const at = (key: string): Reference => byTag(repository, segmentTag(key));
  return {
    counts,
    fetch: (key, output) => attempt("read", () => fetchLayer(source, at(key), output)),
    judged(fault) {
      if (fault === undefined) counts.taken += 1;
      else warn("content", `has a layer that is not the extension's: ${fault}; it is made again`);
    },
    async store(key, layer) {
      if (await attempt("written", () => push(client, at(key), layer))) counts.stored += 1;
    },
  };
}

type Verb = "read" | "written";

/** Turns what goes wrong with a registry into warnings, one of each kind. Every other error is thrown. */
function forgiving(name: string, { emit, signal }: Surroundings) {
  const told = new Set<string>();
  const closed = new Set<Verb>();
  const warn = (kind: string, text: string): void => {
    if (!told.has(kind)) emit({ type: "note", level: "warning", text: `the shared cache ${name} ${text}` });
    told.add(kind);
  };
  const attempt = async (verb: Verb, work: () => Promise<boolean>): Promise<boolean> => {
    if (closed.has(verb)) return false;
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isRolesError(error) || !/^(?:REGISTRY_|DIGEST_|BLOB_)/.test(error.code)) throw error;
      const isDown = error.code === "REGISTRY_UNREACHABLE";
      // Asking a registry that is down again for every segment would only add to the wait.
      if (isDown) closed.add("read").add("written");
      if (error.code === "REGISTRY_DENIED") closed.add(verb);
      const kind = isDown ? error.code : `${verb} ${error.code}`;
      warn(kind, `cannot be ${verb}: ${error.message}; the build goes on without it`);
      return false;
    }
  };
  return { attempt, warn };
}

async function fetchLayer(source: ImageSource, reference: Reference, output: string): Promise<boolean> {
  const manifest = await source.manifest(reference).catch((error: unknown) => {
    if (isRolesError(error, "REGISTRY_NOT_FOUND")) return undefined;
    throw error;
  });
  if (!manifest) return false;
  const layer = layerOf(manifest.bytes, formatReference(reference));
  await writeFileWhole(output, source.blob(byDigest(reference, layer.digest), layer));
  return true;
}

/** Errors: REGISTRY_PROTOCOL for what is no artifact of ours. */
function layerOf(bytes: Uint8Array, what: string): Descriptor {
  const { artifactType, layers } = parseDocument(bytes, imageManifestSchema, `the manifest of ${what}`);
  const [layer, ...others] = layers;
  const isOurs =
    artifactType === segmentArtifactType &&
    others.length === 0 &&
    layer?.annotations?.[titleKey] === segmentFiles.layer &&
    layer.size <= LAYER_LIMIT;
  if (isOurs) return layer;
  throw new RolesError("REGISTRY_PROTOCOL", `${what} is not a segment of talos-roles`);
}

async function push(
  client: SharedRepository["client"],
  reference: Reference,
  { path, sha256, bytes }: CachedFile,
): Promise<true> {
  const config = describe(empty, mediaTypes.empty);
  const layer: Descriptor = {
    mediaType: segmentLayerType,
    digest: `sha256:${sha256}`,
    size: bytes,
    annotations: { [titleKey]: segmentFiles.layer },
  };
  await client.pushBlob(reference, config, fromBytes(empty));
  await client.pushBlob(reference, layer, await fromFile(path));
  const manifest = documentBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: segmentArtifactType,
    config,
    layers: [layer],
  });
  await client.pushManifest(reference, mediaTypes.manifest, manifest);
  return true;
}
