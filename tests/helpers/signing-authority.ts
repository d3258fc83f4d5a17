import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { initializeCA, initializeCTLog, initializeTLog } from "@sigstore/mock";
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from "@sigstore/protobuf-specs";

const newKey = (namedCurve = "prime256v1") => generateKeyPairSync("ec", { namedCurve });
export const sha256 = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();

export interface Who {
  identity: string;
  issuer: string;
}

/** Signs as cosign does. */
export interface Signing {
  /** Signature and certificate for bytes; a key of one's own has no certificate. */
  (bytes: Uint8Array): Promise<{ signature: Buffer; certificate?: Buffer }>;
}

/** A certificate authority with its logs, all in this process: stand-ins for Fulcio, its CT log and Rekor. */
export async function signingAuthority() {
  const ctKeys = newKey();
  const ctlog = await initializeCTLog(ctKeys);
  const ca = await initializeCA(newKey("secp384r1"), ctlog);
  const logKeys = newKey();
  const tlog = await initializeTLog("https://rekor.example", logKeys);
  return {
    /** As a file `trusted_root.json` would have it. */
    root: TrustedRoot.toJSON(
      rootOf({ ca: viewed(ca.rootCertificate), ctlog: ctlog.publicKey, tlog: tlog.publicKey }),
    ),
    tlog,
    as:
      ({ identity, issuer }: Who): Signing =>
      async (bytes) => {
        const { publicKey, privateKey } = newKey();
        const certificate = await ca.issueCertificate({
          publicKey: publicKey.export({ format: "der", type: "spki" }),
          subjectAltName: identity,
          extensions: [
            { oid: "1.3.6.1.4.1.57264.1.1", value: issuer, legacy: true },
            { oid: "1.3.6.1.4.1.57264.1.8", value: issuer },
          ],
        });
        return { signature: sign("sha256", bytes, privateKey), certificate: viewed(certificate) };
      },
  };
}
export type SigningAuthority = Awaited<ReturnType<typeof signingAuthority>>;

const viewed = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

function rootOf(parts: { ca: Buffer; ctlog: Buffer; tlog: Buffer }): TrustedRoot {
  const validFor = { start: new Date(0) };
  const log = (rawBytes: Buffer, baseUrl: string) => ({
    baseUrl,
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: { rawBytes, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor },
    logId: { keyId: sha256(rawBytes) },
    checkpointKeyId: undefined,
    operator: "",
  });
  return {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [log(parts.tlog, "https://rekor.example")],
    ctlogs: [log(parts.ctlog, "https://ct.example")],
    certificateAuthorities: [
      {
        subject: { commonName: "sigstore", organization: "sigstore.mock" },
        uri: "https://fulcio.example",
        certChain: { certificates: [{ rawBytes: parts.ca }] },
        validFor,
        operator: "",
      },
    ],
    timestampAuthorities: [],
  };
}

/** A signer with a key of its own, as `cosign sign --key` without a log. */
export function keySigning(curve?: string): { publicKey: KeyObject; pem: string; signing: Signing } {
  const { publicKey, privateKey } = newKey(curve);
  return {
    publicKey,
    pem: publicKey.export({ format: "pem", type: "spki" }) as string,
    signing: (bytes) => Promise.resolve({ signature: sign("sha256", bytes, privateKey) }),
  };
}
