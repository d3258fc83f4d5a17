import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity } from "@sigstore/verify";
import { z } from "zod";
import { parseDocument } from "../document.ts";
import type { SignedClaim } from "./signed-claim.ts";

// cosign's later layout: a Sigstore bundle as a referrer of the image, with a statement about it in a DSSE envelope
// (sigstore/cosign specs/BUNDLE_SPEC.md, in-toto attestation framework v1, DSSE v1).

export const isBundleType = (mediaType: string): boolean =>
  mediaType.startsWith("application/vnd.dev.sigstore.bundle");

const bundleSchema = z.looseObject({
  mediaType: z.string(),
  verificationMaterial: z.looseObject({
    tlogEntries: z
      .array(z.looseObject({ kindVersion: z.looseObject({ kind: z.string(), version: z.string() }) }))
      .max(10)
      .default([]),
  }),
  dsseEnvelope: z
    .looseObject({
      payload: z.base64(),
      payloadType: z.string(),
      signatures: z.array(z.looseObject({ sig: z.base64() })).length(1),
    })
    .exactOptional(),
});
const statementSchema = z.looseObject({
  _type: z.enum(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]),
  predicateType: z.string(),
  subject: z.array(z.looseObject({ digest: z.record(z.string(), z.string()) })).max(100),
});

/** Says that an image is signed, and nothing more; other predicates are attestations: an SBOM, how it was built. */
const signaturePredicate = "https://sigstore.dev/cosign/sign/v1";

/** Reads a bundle; undefined where it is no signature of an image but, say, an attestation. Errors: REGISTRY_PROTOCOL. */
export function bundleClaim(bytes: Uint8Array): SignedClaim | undefined {
  const bundle = parseDocument(bytes, bundleSchema, "the signature's bundle");
  const { dsseEnvelope: envelope } = bundle;
  if (envelope?.payloadType !== "application/vnd.in-toto+json") return undefined;
  const payload = Buffer.from(envelope.payload, "base64");
  const statement = parseDocument(payload, statementSchema, "the signature's statement");
  if (statement.predicateType !== signaturePredicate) return undefined;
  return {
    images: statement.subject.flatMap(({ digest }) =>
      digest["sha256"] ? [`sha256:${digest["sha256"]}`] : [],
    ),
    signed: preAuthEncoding(envelope.payloadType, payload),
    signature: Buffer.from(envelope.signatures[0]?.sig ?? "", "base64"),
    logged: bundle.verificationMaterial.tlogEntries.map(
      ({ kindVersion: { kind, version } }) => `${kind} ${version}`,
    ),
    entity: () => toSignedEntity(bundleFromJSON(bundle)),
  };
}

/** What a DSSE signature is over. */
const preAuthEncoding = (type: string, payload: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
