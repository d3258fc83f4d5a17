import { createPrivateKey, generateKeyPair, randomBytes, randomInt } from "node:crypto";
import { promisify } from "node:util";
import { type CertificateAuthority, makeCertificateAuthority } from "../../formats/certificates.ts";

/** What a cluster of real Talos is made with: the fields of `talosctl gen secrets`. It lives in the configs of the lab's machines, and goes with them. */
export interface ClusterSecrets {
  os: CertificateAuthority;
  kubernetes: CertificateAuthority;
  etcd: CertificateAuthority;
  aggregator: CertificateAuthority;
  /** PEM, which signs the tokens of service accounts. */
  serviceAccountKey: string;
  id: string;
  secret: string;
  secretbox: string;
  bootstrapToken: string;
  trustdToken: string;
}

/** Of the kinds that Talos itself makes: Ed25519 for its own API, P-256 for Kubernetes and etcd, RSA for service accounts. */
export async function makeClusterSecrets(): Promise<ClusterSecrets> {
  const [os, kubernetes, etcd, aggregator, serviceAccountKey] = await Promise.all([
    makeCertificateAuthority("talos"),
    makeCertificateAuthority("kubernetes", "p256"),
    makeCertificateAuthority("etcd", "p256"),
    makeCertificateAuthority("front-proxy", "p256"),
    rsaKey(),
  ]);
  return {
    os,
    kubernetes,
    etcd,
    aggregator,
    serviceAccountKey,
    id: random32(),
    secret: random32(),
    secretbox: random32(),
    bootstrapToken: token(),
    trustdToken: token(),
  };
}

const rsaKey = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
};

const random32 = (): string => randomBytes(32).toString("base64");

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
const letters = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
/** As kubeadm writes its tokens; Talos has the same form for its own. */
const token = (): string => `${letters(6)}.${letters(16)}`;

/** A certificate with its key as a machine config has them: base64 of PEM, the key under the label by which Talos knows its kind. */
export function configPair(
  { certificate, key }: CertificateAuthority,
  kind: "ed25519" | "p256",
): { crt: string; key: string } {
  const pem =
    kind === "ed25519"
      ? key.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")
      : createPrivateKey(key).export({ type: "sec1", format: "pem" }).toString();
  return { crt: base64(certificate), key: base64(pem) };
}

export const base64 = (text: string): string => Buffer.from(text).toString("base64");
