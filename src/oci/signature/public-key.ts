import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { RolesError } from "../../errors.ts";

const TYPES = ["ec", "ed25519", "rsa"];

/** Reads a public key in PEM (`cosign.pub`). `what` names it in errors. Errors: SIGNATURE_KEY_INVALID. */
export function readPublicKey(pem: string, what: string): KeyObject {
  try {
    if (pem.includes("PRIVATE KEY")) throw new Error("it is a private key, which belongs nowhere near here");
    const key = createPublicKey(pem);
    if (TYPES.includes(key.asymmetricKeyType ?? "")) return key;
    throw new Error(`keys of the type ${key.asymmetricKeyType ?? "?"} sign no images`);
  } catch (cause) {
    // The message of the system may hold a part of the text.
    const reason =
      cause instanceof Error && "code" in cause ? "it is not a public key in PEM" : message(cause);
    throw new RolesError("SIGNATURE_KEY_INVALID", `${what}: ${reason}`, {
      hint: "It is the file `cosign.pub` that `cosign generate-key-pair` writes.",
    });
  }
}

const message = (cause: unknown): string => (cause instanceof Error ? cause.message : "it cannot be read");

/** `sha256:…` of the key's DER, by which a lock names it. */
export const fingerprint = (key: KeyObject): string =>
  `sha256:${createHash("sha256")
    .update(key.export({ format: "der", type: "spki" }))
    .digest("hex")}`;

/** Whether `signature` over `bytes` is by the key: ECDSA (DER) and RSA PKCS #1 v1.5 with the hashes that cosign takes, or Ed25519. */
export const isSignedBy = (key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean =>
  hashesOf(key).some((hash) => verify(hash, bytes, key, signature));

function hashesOf(key: KeyObject): (string | null)[] {
  if (key.asymmetricKeyType === "ed25519") return [null];
  const curve = key.asymmetricKeyDetails?.namedCurve;
  // cosign 2 hashes with sha256 for every key, cosign 3 with what fits the curve.
  if (curve === "secp384r1") return ["sha256", "sha384"];
  return curve === "secp521r1" ? ["sha256", "sha512"] : ["sha256"];
}
