import type { KeyObject } from "node:crypto";
import type { TrustedRoot } from "@sigstore/protobuf-specs";

/** Who did sign: the identity in a certificate and who vouched for it, or the sha256 of the public key. */
export type Signer = { identity: string; issuer: string } | { publicKey: string };

/** A keyless signer: a short-lived certificate for this identity, from an authority of the root. */
export interface ExpectedIdentity {
  issuer: string;
  identity: string;
  /** Whether `identity` is a regular expression; it must match all of the certificate's. */
  isPattern: boolean;
  root: TrustedRoot;
}

/** Who must have signed. A key works without any log or network. */
export type ExpectedSigner = ExpectedIdentity | { key: KeyObject };

/** For messages. */
export const shownSigner = (expected: ExpectedSigner): string =>
  "key" in expected ? "the public key" : `${expected.identity} (${expected.issuer})`;
