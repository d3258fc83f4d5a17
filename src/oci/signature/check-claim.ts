import type { SignedEntity } from "@sigstore/verify";
import { toTrustMaterial, Verifier } from "@sigstore/verify";
import { type ErrorCode, RolesError } from "../../errors.ts";
import type { Digest } from "../digest.ts";
import { fingerprint, isSignedBy } from "./public-key.ts";
import type { SignedClaim } from "./signed-claim.ts";
import type { ExpectedIdentity, ExpectedSigner, Signer } from "./signer.ts";

/** The one format of log entries whose every field is checked here; Rekor v2 writes others. */
const LOG_VERSION = "0.0.1";

/**
 * Checks one signature: that it is for this digest, that its bytes, certificate and log entry are good, and that the signer is the expected
 * one. Errors: SIGNATURE_INVALID, SIGNATURE_UNTRUSTED, SIGNATURE_UNSUPPORTED.
 */
export function checkClaim(claim: SignedClaim, digest: Digest, expected: ExpectedSigner): Signer {
  if (!claim.images.includes(digest))
    throw fault(
      "SIGNATURE_INVALID",
      `it is for another image, ${claim.images.join(", ").slice(0, 200) || "none"}`,
    );
  if ("key" in expected) return byKey(claim, expected);
  return byIdentity(claim, expected);
}

function byKey(
  { signed, signature }: SignedClaim,
  { key }: { key: Parameters<typeof fingerprint>[0] },
): Signer {
  if (isSignedBy(key, signed, signature)) return { publicKey: fingerprint(key) };
  throw fault("SIGNATURE_UNTRUSTED", "it is not by the public key, or its text was changed");
}

function byIdentity(claim: SignedClaim, expected: ExpectedIdentity): Signer {
  const newer = claim.logged.find((entry) => !entry.endsWith(` ${LOG_VERSION}`));
  if (newer !== undefined)
    throw fault("SIGNATURE_UNSUPPORTED", `it is logged as ${newer.slice(0, 60)}, the format of Rekor v2`);
  const { identity: found = {} } = verified(claim.entity, expected);
  const { subjectAlternativeName: identity, extensions: { issuer } = {} } = found;
  if (identity === undefined || issuer === undefined)
    throw fault("SIGNATURE_INVALID", "its certificate names no identity or no issuer");
  if (issuer !== expected.issuer)
    throw fault(
      "SIGNATURE_UNTRUSTED",
      `the identity of its signer was issued by ${issuer}, not ${expected.issuer}`,
    );
  if (!isIdentity(identity, expected))
    throw fault("SIGNATURE_UNTRUSTED", `it was signed by ${identity}, not ${expected.identity}`);
  return { identity, issuer };
}

/** The library's own policy takes any part of an identity for the whole of it; here a pattern must match all. */
const isIdentity = (found: string, { identity, isPattern }: ExpectedIdentity): boolean =>
  isPattern ? new RegExp(`^(?:${identity})$`, "u").test(found) : identity === found;

function verified(entity: () => SignedEntity, { root }: ExpectedIdentity) {
  try {
    return new Verifier(toTrustMaterial(root)).verify(entity());
  } catch (cause) {
    const { code = "", message = "" } = cause as { code?: string; message?: string };
    // Whatever else the library throws on malformed certificates and entries comes to the same.
    const untrusted = code === "CERTIFICATE_ERROR" || code === "PUBLIC_KEY_ERROR";
    throw fault(untrusted ? "SIGNATURE_UNTRUSTED" : "SIGNATURE_INVALID", message || "it is malformed", cause);
  }
}

const fault = (code: ErrorCode, reason: string, cause?: unknown): RolesError =>
  new RolesError(code, reason, { cause });
