import { type Digest, parseDigest } from "../oci/digest.ts";
import { byDigest, parseReference, type Reference } from "../oci/reference.ts";
import { type OciImage, resolveImage } from "../oci/resolve.ts";
import type { ImageSource } from "../oci/source.ts";
import type { Arch } from "../talos/arch.ts";
import type { PinnedImage } from "./lock-model.ts";

/** What was asked for, and what it stands for now. */
export interface Pinned {
  pin: PinnedImage;
  image: OciImage;
}

interface Wanted {
  reference: Reference;
  arch: Arch;
  /** What was pinned before: the same bytes keep the signature that was found for them. */
  before?: PinnedImage | undefined;
}

/** Pins a reference for an architecture. A `digest` in it is what is pinned, whatever its tag points at now. Errors: those of `resolveImage`. */
export async function pinImage(client: ImageSource, { reference, arch, before }: Wanted): Promise<Pinned> {
  const wanted = reference.digest === undefined ? reference : byDigest(reference, reference.digest);
  const image = await resolveImage(client, wanted, arch);
  const pin = {
    repository: `${reference.registry}/${reference.repository}`,
    tag: reference.tag ?? "",
    digest: image.digest,
    manifest: image.descriptor.digest,
    bytes: image.bytes,
  };
  return { image: { ...image, reference }, pin: { ...pin, ...knownSignature(pin, before) } };
}

const knownSignature = (pin: PinnedImage, before: PinnedImage | undefined): Pick<PinnedImage, "signature"> =>
  before?.signature &&
  before.repository === pin.repository &&
  before.digest === pin.digest &&
  before.manifest === pin.manifest
    ? { signature: before.signature }
    : {};

/** What the lock pinned before, if it is what `reference` asks for. */
export function sameRequest(pin: PinnedImage | undefined, reference: Reference): pin is PinnedImage {
  return (
    pin?.repository === `${reference.registry}/${reference.repository}` &&
    pin.tag === (reference.tag ?? "") &&
    (reference.digest === undefined || reference.digest === pin.digest)
  );
}

/** A pinned image by the digest of its manifest: what builds read. */
export const pinReference = ({
  repository,
  manifest,
}: Pick<PinnedImage, "repository" | "manifest">): Reference =>
  byDigest(parseReference(repository), parseDigest(manifest));

/** An image that is pinned already, opened again by its digest. */
export async function reopenPin(client: ImageSource, pin: PinnedImage, arch: Arch): Promise<Pinned> {
  const image = await resolveImage(client, pinReference(pin), arch);
  const { registry, repository } = image.reference;
  const reference = {
    registry,
    repository,
    ...(pin.tag === "" ? {} : { tag: pin.tag }),
    digest: digest(pin),
  };
  return { pin, image: { ...image, reference } };
}

const digest = (pin: PinnedImage): Digest => parseDigest(pin.digest);
