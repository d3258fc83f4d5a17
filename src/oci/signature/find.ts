import { isRolesError } from "../../errors.ts";
import { type Digest, digestHex } from "../digest.ts";
import { parseDocument } from "../document.ts";
import type { Descriptor } from "../model.ts";
import { imageManifestSchema } from "../model.ts";
import { byDigest, byTag, formatReference, type Reference } from "../reference.ts";
import { type ImageSource, type RawManifest, readDocument } from "../source.ts";
import { bundleClaim, isBundleType } from "./bundle-claim.ts";
import type { SignedClaim } from "./signed-claim.ts";
import { simpleSigningClaim, simpleSigningType } from "./simple-signing.ts";

/** A source that also knows what refers to a manifest. */
export interface SignatureSource extends ImageSource {
  referrers(repository: Reference, digest: Digest): Promise<Descriptor[]>;
}

/** A claim, or the reason why it could not be read. */
export type Found = { claim: SignedClaim } | { fault: Error };

/** Enough for any honest image; a hostile registry cannot keep us busy for ever. */
const MOST = 32;

/** Every signature that a registry has for a manifest, in both of cosign's layouts; attestations are left out. Errors: REGISTRY_*, DIGEST_MISMATCH. */
export async function findSignatures(
  source: SignatureSource,
  repository: Reference,
  digest: Digest,
): Promise<Found[]> {
  const found: Found[] = [];
  for await (const { layer, manifest } of layersOf(source, repository, digest)) {
    if (found.length === MOST) break;
    const bytes = await readDocument(source, byDigest(repository, manifest), layer);
    const one = attempt(() =>
      layer.mediaType === simpleSigningType
        ? simpleSigningClaim(bytes, layer.annotations ?? {})
        : bundleClaim(bytes),
    );
    if (one) found.push(one);
  }
  return found;
}

function attempt(read: () => SignedClaim | undefined): Found | undefined {
  try {
    const claim = read();
    return claim && { claim };
  } catch (error) {
    return { fault: error as Error };
  }
}

/** A manifest that holds signatures, and where it lies beside the one that is signed. */
export interface SignatureManifest {
  raw: RawManifest;
  /** The tag by which it is found; a referrer has none. */
  tag?: string;
  /** How the registry lists the referrer. */
  listed?: Descriptor;
}

/** Manifests that may hold signatures: that of the tag `sha256-<hex>.sig`, then referrers. Errors: REGISTRY_*. */
export async function* signatureManifests(
  source: SignatureSource,
  repository: Reference,
  digest: Digest,
): AsyncGenerator<SignatureManifest> {
  const tag = `sha256-${digestHex(digest)}.sig`;
  const tagged = await tagManifest(source, byTag(repository, tag));
  if (tagged) yield { raw: tagged, tag };
  const referrers = await source.referrers(repository, digest);
  for (const listed of referrers.filter(isSignature).slice(0, MOST))
    yield { raw: await source.manifest(byDigest(repository, listed.digest)), listed };
}

async function* layersOf(source: SignatureSource, repository: Reference, digest: Digest) {
  for await (const { raw, listed } of signatureManifests(source, repository, digest))
    yield* signatureLayers(raw, listed?.artifactType);
}

/** A referrer of no known type may be one too: registries without the referrers API often keep none. */
const isSignature = ({ artifactType }: Descriptor): boolean =>
  artifactType === undefined ||
  isBundleType(artifactType) ||
  artifactType.startsWith("application/vnd.dev.cosign.");

function* signatureLayers({ bytes, digest }: RawManifest, type = "") {
  const { layers } = parseDocument(bytes, imageManifestSchema, `the signature ${digest}`);
  for (const layer of layers) {
    if (layer.mediaType === simpleSigningType || isBundleType(layer.mediaType) || isBundleType(type))
      yield { layer, manifest: digest };
  }
}

async function tagManifest(source: SignatureSource, tag: Reference): Promise<RawManifest | undefined> {
  try {
    return await source.manifest(tag);
  } catch (error) {
    if (isRolesError(error, "REGISTRY_NOT_FOUND")) return undefined;
    throw error;
  }
}

export const nameOf = (repository: Reference, digest: Digest): string =>
  formatReference(byDigest(repository, digest));
