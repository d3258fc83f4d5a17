import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial } from "@sigstore/verify";
import { RolesError } from "../../errors.ts";
import { publicGoodRoot } from "./public-good-root.ts";

/** Reads a trusted root (`trusted_root.json`, as Sigstore's TUF repositories have it). `what` names it in errors. Errors: SIGNATURE_KEY_INVALID. */
export function readTrustedRoot(text: string, what: string): TrustedRoot {
  try {
    return checked(JSON.parse(text));
  } catch (cause) {
    throw new RolesError("SIGNATURE_KEY_INVALID", `${what} is not a trusted root of Sigstore`, {
      hint: "It is the `trusted_root.json` of a Sigstore instance; leave `trustedRoot` out for the public one.",
      cause,
    });
  }
}

function checked(value: unknown): TrustedRoot {
  const root = TrustedRoot.fromJSON(value);
  if (root.certificateAuthorities.length === 0) throw new Error("it names no certificate authority");
  toTrustMaterial(root);
  return root;
}

/** Sigstore's public service, whose certificates most publishers use. */
export const publicRoot = (): TrustedRoot => checked(publicGoodRoot);
