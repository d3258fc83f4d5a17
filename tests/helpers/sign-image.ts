import { TransparencyLogEntry } from "@sigstore/protobuf-specs";
import { CreateEntryRequest } from "@sigstore/protobuf-specs/rekor/v2";
import { fromBytes } from "../../src/formats/bytes.ts";
import { describe as descriptorOf } from "../../src/oci/assemble.ts";
import type { RegistryClient } from "../../src/oci/client.ts";
import { type Digest, digestHex } from "../../src/oci/digest.ts";
import { documentBytes } from "../../src/oci/document.ts";
import { mediaTypes } from "../../src/oci/media-types.ts";
import type { Descriptor } from "../../src/oci/model.ts";
import { byDigest, byTag, type Reference } from "../../src/oci/reference.ts";
import { sha256, type Signing, type SigningAuthority } from "./signing-authority.ts";

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64");

/** Where a signature goes, and the digest that it says it is for, which is the image's own in an honest one. */
export interface Target {
  repository: Reference;
  digest: Digest;
  claims?: Digest;
}

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${base64(der)}\n-----END CERTIFICATE-----\n`;

/** Pushes a signature in cosign's first layout: the tag `sha256-<hex>.sig`. `change` damages the layer's parts before they are pushed. */
export async function signByTag(
  client: RegistryClient,
  { repository, digest, claims = digest }: Target,
  { signing, authority, change = (parts) => parts }: SignBy & { change?: (parts: TagParts) => TagParts },
): Promise<void> {
  const image = { "docker-manifest-digest": claims };
  const identity = { "docker-reference": `${repository.registry}/${repository.repository}` };
  const type = "cosign container image signature";
  const payload = documentBytes({ critical: { identity, image, type }, optional: null });
  const { signature, certificate } = await signing(payload);
  const logged =
    certificate && authority && (await logHashed(authority, payload, { signature, certificate }));
  const parts = change({
    payload,
    annotations: {
      "dev.cosignproject.cosign/signature": base64(signature),
      ...(certificate ? { "dev.sigstore.cosign/certificate": pemOf(certificate) } : {}),
      ...(logged ? { "dev.sigstore.cosign/bundle": JSON.stringify(logged) } : {}),
    },
  });
  const layer = descriptorOf(parts.payload, "application/vnd.dev.cosign.simplesigning.v1+json");
  const to = byTag(repository, `sha256-${digestHex(digest)}.sig`);
  const layers = [{ ...layer, annotations: parts.annotations }];
  await pushDocument(client, to, { layers, blobs: [{ descriptor: layer, bytes: parts.payload }] });
}

export interface SignBy {
  signing: Signing;
  /** Whose log takes note; without it none does. */
  authority?: SigningAuthority;
}
export interface TagParts {
  payload: Uint8Array;
  annotations: Record<string, string>;
}

async function logHashed(
  { tlog }: SigningAuthority,
  payload: Uint8Array,
  { signature, certificate }: { signature: Buffer; certificate: Buffer },
) {
  const entry = await tlog.log({
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: sha256(payload).toString("hex") } },
      signature: { content: base64(signature), publicKey: { content: base64(pemOf(certificate)) } },
    },
  });
  const { body, integratedTime, logIndex, logID, verification } = onlyOf(entry);
  return {
    SignedEntryTimestamp: verification.signedEntryTimestamp,
    Payload: { body, integratedTime, logIndex, logID },
  };
}

const signaturePredicate = "https://sigstore.dev/cosign/sign/v1";
const payloadType = "application/vnd.in-toto+json";
const preAuthEncoding = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);

/** Pushes a signature in cosign's later layout: a Sigstore bundle that refers to the image. */
export async function signByBundle(
  client: RegistryClient,
  target: Target,
  {
    signing,
    authority,
    change = (bundle) => bundle,
    predicateType = signaturePredicate,
    rekor = 1,
  }: SignBy & {
    change?: (bundle: BundleJson) => BundleJson;
    predicateType?: string;
    rekor?: 1 | 2;
  },
): Promise<void> {
  const { repository, digest, claims = digest } = target;
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: digestHex(claims) } }],
    predicateType,
    predicate: {},
  };
  const payload = Buffer.from(documentBytes(statement));
  const { signature, certificate } = await signing(preAuthEncoding(payloadType, payload));
  const logged =
    certificate && authority && (await logEnvelope(authority, payload, { signature, certificate, rekor }));
  const bundle = change({
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: {
      ...(certificate ? { certificate: { rawBytes: base64(certificate) } } : { publicKey: { hint: "" } }),
      tlogEntries: logged ? [TransparencyLogEntry.toJSON(logged)] : [],
    },
    dsseEnvelope: { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature) }] },
  });
  const bytes = documentBytes(bundle);
  const layer = descriptorOf(bytes, bundle.mediaType);
  await pushDocument(client, repository, {
    layers: [layer],
    blobs: [{ descriptor: layer, bytes }],
    rest: {
      artifactType: bundle.mediaType,
      subject: { mediaType: mediaTypes.manifest, digest, size: 2 },
      annotations: {
        "dev.sigstore.bundle.content": "dsse-envelope",
        "dev.sigstore.bundle.predicateType": predicateType,
      },
    },
  });
}

export interface BundleJson {
  mediaType: string;
  verificationMaterial: { [key: string]: unknown; tlogEntries: unknown[] };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
}

/** What Rekor answers: the entry under its id. */
interface Entry {
  body: string;
  integratedTime: number;
  logIndex: number;
  logID: string;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: { logIndex: number; treeSize: number; rootHash: string; checkpoint: string };
  };
}
const onlyOf = (answer: object): Entry => (Object.values(answer) as Entry[])[0]!;

async function logEnvelope(
  { tlog }: SigningAuthority,
  payload: Buffer,
  { signature, certificate, rekor }: { signature: Buffer; certificate: Buffer; rekor: 1 | 2 },
): Promise<TransparencyLogEntry> {
  if (rekor === 2)
    return tlog.logV2(
      CreateEntryRequest.fromJSON({
        hashedRekordRequestV002: {
          digest: base64(sha256(preAuthEncoding(payloadType, payload))),
          signature: {
            content: base64(signature),
            verifier: {
              x509Certificate: { rawBytes: base64(certificate) },
              keyDetails: "PKIX_ECDSA_P256_SHA_256",
            },
          },
        },
      }),
    );
  const entry = await tlog.log({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      payloadHash: { algorithm: "sha256", value: sha256(payload).toString("hex") },
      signatures: [{ signature: base64(signature), verifier: base64(pemOf(certificate)) }],
    },
  });
  const { body, integratedTime, logIndex, logID, verification } = onlyOf(entry);
  const proof = verification.inclusionProof;
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, "hex") },
    kindVersion: { kind: "dsse", version: "0.0.1" },
    integratedTime: String(integratedTime),
    inclusionPromise: {
      signedEntryTimestamp: Buffer.from(verification.signedEntryTimestamp, "base64"),
    },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      treeSize: String(proof.treeSize),
      rootHash: Buffer.from(proof.rootHash, "hex"),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: Buffer.from(body, "base64"),
  };
}

async function pushDocument(
  client: RegistryClient,
  to: Reference,
  {
    layers,
    blobs,
    rest = {},
  }: { layers: Descriptor[]; blobs: { descriptor: Descriptor; bytes: Uint8Array }[]; rest?: object },
): Promise<void> {
  const empty = Buffer.from("{}");
  const config = descriptorOf(empty, mediaTypes.empty);
  for (const { descriptor, bytes } of [...blobs, { descriptor: config, bytes: empty }])
    await client.pushBlob(to, descriptor, fromBytes(bytes));
  const manifest = documentBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    ...rest,
    config,
    layers,
  });
  const reference =
    to.tag === undefined || "subject" in rest ? byDigest(to, descriptorOf(manifest, "").digest) : to;
  await client.pushManifest(reference, mediaTypes.manifest, manifest);
}
