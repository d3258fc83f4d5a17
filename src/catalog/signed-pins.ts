import { RolesError } from "../errors.ts";
import { parseDigest } from "../oci/digest.ts";
import { parseDocument } from "../oci/document.ts";
import { imageIndexSchema } from "../oci/model.ts";
import { byDigest, parseReference } from "../oci/reference.ts";
import type { SignatureSource } from "../oci/signature/find.ts";
import type { ExpectedSigner, Signer } from "../oci/signature/signer.ts";
import { verifyImage } from "../oci/signature/verify-image.ts";
import type { PinnedImage } from "./lock-model.ts";

/** Pins of one image that differ in their architecture only. */
export type SamePins = readonly [PinnedImage, ...PinnedImage[]];

/** Who signed what the pins' tag pointed at. Errors: those of `verifyImage`; SIGNATURE_INVALID where a pinned manifest is no part of it. */
export async function signerOfPins(
  client: SignatureSource,
  pins: SamePins,
  signers: readonly ExpectedSigner[],
): Promise<Signer> {
  const [{ repository, digest }] = pins;
  const target = { repository: parseReference(repository), digest: parseDigest(digest) };
  const signer = await verifyImage(client, target, signers);
  await checkMembers(client, pins);
  return signer;
}

/** An index is what publishers sign: the manifest that is built from must be one of it, also in a lock that was changed by hand. */
async function checkMembers(client: SignatureSource, pins: SamePins): Promise<void> {
  const [{ repository, digest }] = pins;
  const others = pins.filter(({ manifest }) => manifest !== digest);
  if (others.length === 0) return;
  const { bytes } = await client.manifest(byDigest(parseReference(repository), parseDigest(digest)));
  const { manifests } = parseDocument(bytes, imageIndexSchema, `the index ${repository}@${digest}`);
  const stranger = others.find(({ manifest }) => !manifests.some((one) => one.digest === manifest));
  if (!stranger) return;
  throw new RolesError(
    "SIGNATURE_INVALID",
    `${repository}: the locked manifest ${stranger.manifest} is no part of the signed index ${digest}`,
    {
      hint: "The lock was changed by hand: restore it from version control, or run `talos-roles lock --update --verify`.",
    },
  );
}
