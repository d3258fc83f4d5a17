import type { SignedEntity } from "@sigstore/verify";

/** What one signature says: of which content, over which bytes, and how that is checked. */
export interface SignedClaim {
  /** Digests of the images that it is for. */
  images: readonly string[];
  /** The bytes that were signed, and the signature over them. */
  signed: Uint8Array;
  signature: Uint8Array;
  /** With certificate and log entries, for a keyless signer. Errors: any, where these are malformed. */
  entity: () => SignedEntity;
  /** Versions of the log entries' formats: `hashedrekord 0.0.1`. */
  logged: readonly string[];
}
