import { step, type Emit } from "../events.ts";
import { parseDigest } from "../oci/digest.ts";
import { parseDocument } from "../oci/document.ts";
import { imageManifestSchema } from "../oci/model.ts";
import { byDigest, parseReference } from "../oci/reference.ts";
import { resolveImage, type WantedArch } from "../oci/resolve.ts";
import { signatureManifests, type SignatureSource } from "../oci/signature/find.ts";
import type { ImageSource, RawManifest } from "../oci/source.ts";
import { extensionListReference } from "../roles/upstream-names.ts";
import type { Lock, LockedArchitecture, PinnedImage } from "./lock-model.ts";
import type { MirrorTarget } from "./mirror-target.ts";
import { pinReference } from "./pin.ts";
import { together } from "./together.ts";

export interface MirrorOptions {
  /** With referrers, signatures are copied too. */
  client: ImageSource & Partial<SignatureSource>;
  target: MirrorTarget;
  emit: Emit;
  signal?: AbortSignal;
}

export interface MirroredImage {
  /** `ghcr.io/siderolabs/drbd:9.2.14-v1.13.6`. */
  name: string;
  arch: WantedArch;
  manifest: string;
  bytes: number;
}

interface Task {
  pin: Pick<PinnedImage, "repository" | "tag" | "digest" | "manifest">;
  arch: WantedArch;
}

const atOnce = 3;

/**
 * Copies every input that a lock pins to one place, with its signatures, and the list of extensions, so that locking and building work from there alone. What is
 * there already is not copied. Errors: REGISTRY_*, DIGEST_MISMATCH, NO_SPACE.
 */
export async function mirrorLock(lock: Lock, options: MirrorOptions): Promise<MirroredImage[]> {
  const tasks = [...pinsOf(lock), await listTask(lock, options.client)];
  const copied = new Set<string>();
  const { client: source, signal } = options;
  const done = await together(tasks, { source, atOnce, signal }, (task, client) =>
    copy(task, { ...options, client }),
  );
  for (const { pin } of tasks) {
    signal?.throwIfAborted();
    if (!copied.has(pin.digest)) await copySignatures(pin, options);
    copied.add(pin.digest);
  }
  await options.target.finish();
  return done;
}

/** Every pinned image once, in a fixed order. */
function pinsOf(lock: Lock): Task[] {
  const all = Object.entries(lock.architectures).flatMap(([arch, locked]) =>
    imagesOf(locked).map((pin): Task => ({ pin, arch })),
  );
  return [...new Map(all.map((task) => [task.pin.manifest, task])).values()];
}

const imagesOf = ({ base, bootFiles, extensions }: LockedArchitecture): PinnedImage[] => [
  base,
  bootFiles,
  ...Object.values(extensions),
];

/** The list is the same for every architecture, and no lock pins it. */
async function listTask({ talos }: Lock, client: ImageSource): Promise<Task> {
  const reference = parseReference(extensionListReference(talos));
  const { digest, descriptor } = await resolveImage(client, reference, "any");
  const { registry, repository, tag = "" } = reference;
  return {
    pin: { repository: `${registry}/${repository}`, tag, digest, manifest: descriptor.digest },
    arch: "any",
  };
}

async function copy({ pin, arch }: Task, { client, target, emit }: MirrorOptions): Promise<MirroredImage> {
  const name = `${pin.repository}${pin.tag === "" ? `@${pin.digest}` : `:${pin.tag}`}`;
  return step(emit, `mirror-${pin.manifest}`, `${name} (${arch})`, async () => {
    const reference = pinReference(pin);
    const image = await resolveImage(client, reference, arch);
    const manifest: RawManifest = { ...image.descriptor, bytes: image.manifestBytes };
    for (const descriptor of [image.manifest.config, ...image.manifest.layers]) {
      await target.blob(reference, descriptor, () => client.blob(reference, descriptor));
    }
    const top =
      pin.digest === pin.manifest
        ? manifest
        : await client.manifest(pinReference({ ...pin, manifest: pin.digest }));
    await target.image({ repository: pin.repository, tag: pin.tag, manifest, top });
    return { name, arch, manifest: pin.manifest, bytes: image.bytes };
  });
}

/** What was signed is mostly what the tag pointed at. A source that knows no referrers, such as another mirror, has none to copy. */
async function copySignatures(
  { repository, digest }: Task["pin"],
  { client, target }: MirrorOptions,
): Promise<void> {
  const { referrers } = client;
  if (!referrers) return;
  const from = parseReference(repository);
  for await (const found of signatureManifests({ ...client, referrers }, from, parseDigest(digest))) {
    const { config, layers } = parseDocument(
      found.raw.bytes,
      imageManifestSchema,
      `the signature ${found.raw.digest}`,
    );
    const reference = byDigest(from, found.raw.digest);
    for (const descriptor of [config, ...layers])
      await target.blob(reference, descriptor, () => client.blob(reference, descriptor));
    await target.signature(from, parseDigest(digest), found);
  }
}
