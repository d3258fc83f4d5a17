import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity } from "@sigstore/verify";
import { z } from "zod";
import { digestHex, digestOf } from "../digest.ts";
import { parseDocument } from "../document.ts";
import type { SignedClaim } from "./signed-claim.ts";

// cosign's first layout: the payload is a layer, signature, certificate and log entry are annotations of it
// (sigstore/cosign specs/SIGNATURE_SPEC.md).

export const simpleSigningType = "application/vnd.dev.cosign.simplesigning.v1+json";

const annotation = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  log: "dev.sigstore.cosign/bundle",
};

const payloadSchema = z.looseObject({
  critical: z.looseObject({
    type: z.literal("cosign container image signature"),
    image: z.looseObject({ "docker-manifest-digest": z.string() }),
  }),
});
const logSchema = z.looseObject({
  SignedEntryTimestamp: z.base64(),
  Payload: z.looseObject({
    body: z.base64(),
    integratedTime: z.number().int(),
    logIndex: z.number().int(),
    logID: z.string().regex(/^[0-9a-f]+$/),
  }),
});
const bodySchema = z.looseObject({ kind: z.string(), apiVersion: z.string() });

/** Reads a signature of the first layout. Errors: REGISTRY_PROTOCOL. */
export function simpleSigningClaim(payload: Uint8Array, annotations: Record<string, string>): SignedClaim {
  const { critical } = parseDocument(payload, payloadSchema, "the signature's payload");
  const signature = Buffer.from(annotations[annotation.signature] ?? "", "base64");
  const entry = logEntry(annotations[annotation.log]);
  return {
    images: [critical.image["docker-manifest-digest"]],
    signed: payload,
    signature,
    logged: entry ? [`${entry.kindVersion.kind} ${entry.kindVersion.version}`] : [],
    entity: () =>
      toSignedEntity(
        bundleFromJSON({
          // An inclusion promise is all that this layout has; later versions of a bundle demand a proof.
          mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1",
          verificationMaterial: {
            x509CertificateChain: {
              certificates: [{ rawBytes: derOf(annotations[annotation.certificate]) }],
            },
            tlogEntries: entry ? [entry] : [],
          },
          messageSignature: {
            messageDigest: { algorithm: "SHA2_256", digest: hexToBase64(digestHex(digestOf(payload))) },
            signature: signature.toString("base64"),
          },
        }),
        Buffer.from(payload),
      ),
  };
}

function logEntry(text: string | undefined) {
  if (text === undefined) return undefined;
  const { SignedEntryTimestamp, Payload } = parseDocument(Buffer.from(text), logSchema, "its log entry");
  const body = parseDocument(Buffer.from(Payload.body, "base64"), bodySchema, "the body of its log entry");
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: hexToBase64(Payload.logID) },
    kindVersion: { kind: body.kind, version: body.apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  };
}

const hexToBase64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

const derOf = (pem = ""): string =>
  /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/.exec(pem)?.[1]?.replace(/\s/g, "") ?? "";
