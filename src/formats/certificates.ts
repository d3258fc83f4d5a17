import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

// Real certificates for simulated nodes, the lab and the tests, of the kinds Talos itself makes: Ed25519, and P-256 for Kubernetes.
x509.cryptoProvider.set(webcrypto);
const algorithms = {
  ed25519: { name: "Ed25519" },
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
} as const;
type Kind = keyof typeof algorithms;

/** A key with its certificate, both PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

export interface CertificateAuthority extends Identity {
  /** A client certificate; the organizations are what Talos calls roles (`os:reader`) and Kubernetes calls groups. */
  client(options: { organizations: string[]; name?: string; expires?: Date }): Promise<Identity>;
  /** A server certificate for these addresses and names. */
  server(options: { names: string[]; expires?: Date }): Promise<Identity>;
}

const yearMs = 365 * 24 * 3600 * 1000;
const pkcs8 = async (key: webcrypto.CryptoKey): Promise<string> => {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString("base64").replaceAll(/.{1,64}/g, "$&\n")}-----END PRIVATE KEY-----\n`;
};

const newKeys = (kind: Kind): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithms[kind], true, [
    "sign",
    "verify",
  ]) as Promise<webcrypto.CryptoKeyPair>;

/** Makes a certificate authority that lives only in memory. */
export async function makeCertificateAuthority(
  organization = "talos",
  kind: Kind = "ed25519",
): Promise<CertificateAuthority> {
  const keys = await newKeys(kind);
  const subject = `O=${organization}`;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    notBefore: new Date(Date.now() - yearMs),
    notAfter: new Date(Date.now() + 10 * yearMs),
    keys,
    signingAlgorithm: algorithms[kind],
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const issue = (options: IssueOptions) =>
    issueCertificate({ ...options, kind, issuer: subject, issuerKey: keys.privateKey });
  return {
    certificate: certificate.toString("pem"),
    key: await pkcs8(keys.privateKey),
    client: ({ organizations, name, expires }) =>
      issue({
        subject: [
          ...(name === undefined ? [] : [`CN=${name}`]),
          ...organizations.map((one) => `O=${one}`),
        ].join(","),
        usage: x509.ExtendedKeyUsage.clientAuth,
        names: [],
        expires,
      }),
    server: ({ names, expires }) =>
      issue({ subject: `CN=${names[0] ?? "node"}`, usage: x509.ExtendedKeyUsage.serverAuth, names, expires }),
  };
}

interface IssueOptions {
  subject: string;
  usage: x509.ExtendedKeyUsage;
  names: string[];
  expires: Date | undefined;
}

async function issueCertificate({
  subject,
  usage,
  names,
  expires = new Date(Date.now() + yearMs),
  kind,
  issuer,
  issuerKey,
}: IssueOptions & { kind: Kind; issuer: string; issuerKey: webcrypto.CryptoKey }): Promise<Identity> {
  const keys = await newKeys(kind);
  const alternatives = names.map((value) => ({
    type: isIP(value) ? ("ip" as const) : ("dns" as const),
    value,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer,
    notBefore: new Date(Math.min(Date.now(), expires.getTime()) - yearMs),
    notAfter: expires,
    publicKey: keys.publicKey,
    signingKey: issuerKey,
    signingAlgorithm: algorithms[kind],
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      ...(alternatives.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternatives)] : []),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await pkcs8(keys.privateKey) };
}
