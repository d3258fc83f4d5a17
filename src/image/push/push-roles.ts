import { join } from "node:path";
import { isRolesError, RolesError } from "../../errors.ts";
import { type Emit, step } from "../../events.ts";
import { describe } from "../../oci/assemble.ts";
import { blobBytes } from "../../oci/blob-bytes.ts";
import type { RegistryClient } from "../../oci/client.ts";
import type { Digest } from "../../oci/digest.ts";
import { documentBytes } from "../../oci/document.ts";
import { type Layout, openLayout } from "../../oci/layout.ts";
import { mediaTypes } from "../../oci/media-types.ts";
import type { Descriptor, ImageManifest } from "../../oci/model.ts";
import { byDigest, formatReference, type Reference } from "../../oci/reference.ts";
import { resolveImage } from "../../oci/resolve.ts";
import type { RawManifest } from "../../oci/source.ts";
import type { Arch } from "../../talos/arch.ts";
import { annotation } from "./annotations.ts";
import type { PushItem } from "./plan-push.ts";
import { isLocal, refuseStandIns } from "./stand-ins.ts";

export interface PushOptions {
  client: RegistryClient;
  /** Folder of the record. */
  out: string;
  emit: Emit;
  signal?: AbortSignal | undefined;
}

export interface PushedImage {
  role: string;
  arch: Arch;
  /** `…/talos-gateway:v1.13.6`. */
  reference: string;
  /** `…/talos-gateway:v1.13.6-0123456789ab`. */
  build: string;
  /** Of the manifest that the Talos tag points at; the build's own points at it too, unless it says other things of the same image. */
  digest: Digest;
  bytes: number;
  /** False where the registry had all of it under both tags. */
  pushed: boolean;
  /** What the Talos tag pointed at before, where that was something else. */
  moved: Digest | null;
}

/**
 * Pushes installers: what the registry has is not sent, each tag is one manifest, and a build's own tag never moves. Nothing is sent before all
 * are checked. Errors: STAND_IN_REFUSED, TAG_TAKEN, FILE_NOT_FOUND, REGISTRY_*, DIGEST_MISMATCH.
 */
export async function pushRoles(items: readonly PushItem[], options: PushOptions): Promise<PushedImage[]> {
  const { out, signal } = options;
  for (const item of items.filter(({ reference }) => !isLocal(reference.registry)))
    await refuseStandIns(join(out, item.path), { ...item, registry: item.reference.registry });
  // Roles share the layers of their base: the registry can take them from a repository that has them.
  const places = new Map<Digest, string>();
  const done: PushedImage[] = [];
  for (const item of items) {
    signal?.throwIfAborted();
    done.push(await pushItem(item, options, places));
  }
  return done;
}

async function pushItem(
  item: PushItem,
  { client, out, emit }: PushOptions,
  places: Map<Digest, string>,
): Promise<PushedImage> {
  const { role, arch, reference, fixed } = item;
  return step(
    emit,
    `push-${role}-${arch}`,
    `${role} (${arch}) to ${formatReference(reference)}`,
    async () => {
      const layout = openLayout(join(out, item.path));
      const image = await resolveImage(layout, byDigest(reference, item.built), arch);
      const own = annotated(image.manifest, item.annotations);
      const [kept, before] = [await tagged(client, fixed), await tagged(client, reference)];
      if (kept) refuseOther(kept, own, fixed);
      const manifest = [before, kept].find((one) => one && saysTheSame(one, own)) ?? own;
      const blobs = [image.manifest.config, ...image.manifest.layers];
      if (!kept) {
        await pushBlobs(client, reference, { layout, blobs, places });
        await client.pushManifest(fixed, manifest.mediaType, manifest.bytes);
      }
      const stands = before?.digest === manifest.digest;
      if (!stands) await client.pushManifest(reference, manifest.mediaType, manifest.bytes);
      const pushed = !kept || !stands;
      return {
        role,
        arch,
        reference: formatReference(reference),
        build: formatReference(fixed),
        digest: manifest.digest,
        bytes: image.bytes,
        pushed,
        moved: before && !stands ? before.digest : null,
        cached: !pushed,
      };
    },
  ).then(({ cached: _cached, ...result }) => result);
}

function annotated(manifest: ImageManifest, annotations: Record<string, string>): RawManifest {
  const { annotations: own = {}, ...rest } = manifest;
  const bytes = documentBytes({ ...rest, annotations: { ...own, ...annotations } });
  const { digest } = describe(bytes, mediaTypes.manifest);
  return { mediaType: mediaTypes.manifest, digest, bytes };
}

/** Errors: TAG_TAKEN. */
function refuseOther(kept: RawManifest, own: RawManifest, tag: Reference): void {
  if (contentOf(kept) === contentOf(own)) return;
  throw new RolesError("TAG_TAKEN", `${formatReference(tag)} is another image: ${kept.digest}`, {
    hint: "The tag of a build never moves. Someone pushed there by hand: delete that tag, then push again.",
  });
}

/**
 * An image that is there already counts, with the annotations that it was pushed with: unless it is of another lock, or other files were built
 * beside it, which whoever asks the registry must learn of.
 */
const saysTheSame = (there: RawManifest, own: RawManifest): boolean =>
  contentOf(there) === contentOf(own) &&
  [annotation.lock, annotation.outputs].every((name) => saidBy(there)[name] === saidBy(own)[name]);

const saidBy = ({ bytes }: RawManifest): Record<string, string> =>
  (JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<ImageManifest>).annotations ?? {};

function contentOf({ bytes }: RawManifest): string {
  const { config, layers } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<ImageManifest>;
  return [config, ...(layers ?? [])].map((descriptor) => descriptor?.digest).join(" ");
}

interface Blobs {
  layout: Layout;
  blobs: readonly Descriptor[];
  /** Repositories of this registry that have a blob. */
  places: Map<Digest, string>;
}

async function pushBlobs(
  client: RegistryClient,
  reference: Reference,
  { layout, blobs, places }: Blobs,
): Promise<void> {
  for (const descriptor of blobs) {
    const content = blobBytes(descriptor.size, () => layout.blob(reference, descriptor));
    const mountFrom = places.get(descriptor.digest);
    await client.pushBlob(reference, descriptor, content, mountFrom === undefined ? {} : { mountFrom });
    if (mountFrom === undefined) places.set(descriptor.digest, reference.repository);
  }
}

async function tagged(client: RegistryClient, reference: Reference): Promise<RawManifest | undefined> {
  try {
    return await client.manifest(reference);
  } catch (error) {
    if (isRolesError(error, "REGISTRY_NOT_FOUND")) return undefined;
    throw error;
  }
}
