import { collect } from "../../src/formats/bytes.ts";
import { findRecord } from "../../src/image/record.ts";
import { parseChallenges } from "../../src/oci/auth/challenge.ts";
import type { RegistryClient } from "../../src/oci/client.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { nextPage } from "../../src/oci/tags.ts";
import { bundleClaim } from "../../src/oci/signature/bundle-claim.ts";
import { checkClaim } from "../../src/oci/signature/check-claim.ts";
import { readPublicKey } from "../../src/oci/signature/public-key.ts";
import type { SignedClaim } from "../../src/oci/signature/signed-claim.ts";
import type { ExpectedSigner, Signer } from "../../src/oci/signature/signer.ts";
import { simpleSigningClaim } from "../../src/oci/signature/simple-signing.ts";
import { readTrustedRoot } from "../../src/oci/signature/trusted-root.ts";
import { recordName } from "../../src/roles/names.ts";
import { keySigning, signingAuthority } from "../helpers/signing-authority.ts";
import { type SignBy, signByBundle, signByTag, type TagParts } from "../helpers/sign-image.ts";
import { fuzzReader, type FuzzReader, inFile, textWords } from "./reader.ts";

const digest = digestOf("the image");
const target = { repository: parseReference("ghcr.io/a/b"), digest };
const robot = { identity: "robot@sidero.example", issuer: "https://accounts.example" };

/** What a signer would push, and nothing is pushed. */
async function bundleBytes(by: SignBy): Promise<Uint8Array> {
  const blobs: Uint8Array[] = [];
  const client: Partial<RegistryClient> = {
    async pushBlob(_reference, _descriptor, content) {
      blobs.push(await collect(content.stream(), 1 << 20));
      return true;
    },
    pushManifest: () => Promise.resolve(digest),
  };
  await signByBundle(client as RegistryClient, target, by);
  return blobs[0]!;
}

async function tagParts(by: SignBy): Promise<TagParts> {
  let kept: TagParts | undefined;
  const client = { pushBlob: () => Promise.resolve(true), pushManifest: () => Promise.resolve(digest) };
  await signByTag(client as Partial<RegistryClient> as RegistryClient, target, {
    ...by,
    change: (parts) => (kept = parts),
  });
  return kept!;
}

/** Whatever is changed around it, only the text that was signed may pass, and only as its signer's. */
function onlyAsSigned(claim: SignedClaim, expected: ExpectedSigner, signed: Uint8Array): Signer {
  const signer = checkClaim(claim, digest, expected);
  if (!Buffer.from(claim.signed).equals(signed)) throw new Error("text that nobody signed passes");
  return signer;
}

/** Readers of what registries send beside images, and of files that users give for signatures. */
export const supplyReaders = async (): Promise<FuzzReader[]> => {
  const authority = await signingAuthority();
  const root = readTrustedRoot(JSON.stringify(authority.root), "root");
  const keyless: ExpectedSigner = { ...robot, isPattern: false, root };
  const by = { signing: authority.as(robot), authority };
  const own = keySigning();
  const bundles = [await bundleBytes(by), await bundleBytes({ signing: own.signing })];
  const texts = bundles.map((bytes) => bundleClaim(bytes)!.signed);
  const parts = await tagParts(by);
  const words = [...textWords, digest, digestOf("another"), '"version": "0.0.2"', '"tlogEntries":[]', "e30="];
  return [
    fuzzReader("signature-payload", {
      seeds: [parts.payload],
      words,
      read: (bytes) => onlyAsSigned(simpleSigningClaim(bytes, parts.annotations), keyless, parts.payload),
    }),
    fuzzReader("signature-annotations", {
      seeds: [JSON.stringify(parts.annotations)],
      words,
      read(bytes) {
        const annotations = safeAnnotations(bytes.toString("utf8"));
        return onlyAsSigned(simpleSigningClaim(parts.payload, annotations), keyless, parts.payload);
      },
    }),
    ...([keyless, { key: own.publicKey }] satisfies ExpectedSigner[]).map((expected, index) =>
      fuzzReader(`signature-bundle-${index === 0 ? "keyless" : "key"}`, {
        seeds: [bundles[index]!],
        words,
        read(bytes) {
          const claim = bundleClaim(bytes);
          return claim ? onlyAsSigned(claim, expected, texts[index]!) : "no signature";
        },
      }),
    ),
    fuzzReader("trusted-root", {
      seeds: [JSON.stringify(authority.root)],
      words: textWords,
      read: (bytes) => Object.keys(readTrustedRoot(bytes.toString("utf8"), "root.json")),
    }),
    fuzzReader("public-key", {
      seeds: [own.pem],
      words: ["PRIVATE", "-----BEGIN", "\n", "AAAA", "="],
      read: (bytes) => readPublicKey(bytes.toString("utf8"), "cosign.pub").asymmetricKeyType,
    }),
    fuzzReader("registry-challenge", {
      seeds: ['Bearer realm="https://a/token",service="b",scope="repository:c:pull", Basic realm="d"'],
      words: ['"', "\\", ",", "=", "a=a=a=", "bearer ", 'realm="', " "],
      read: (bytes) => parseChallenges(bytes.toString("latin1")).map(({ scheme }) => scheme),
    }),
    fuzzReader("next-page", {
      seeds: ['</v2/a/b/tags/list?n=1000&last=x>; rel="next"'],
      words: ["<", ">", "?", ";", ",", "rel=next", "://evil", "\n"],
      read: staysHere,
    }),
    fuzzReader("build-record", {
      seeds: ['{"recordVersion":1,"talosVersion":"v1.13.6","roles":[]}'],
      words: textWords,
      read: inFile(recordName, (path) => findRecord(path.slice(0, -recordName.length - 1))),
    }),
  ];
};

function safeAnnotations(text: string): Record<string, string> {
  try {
    const entries = Object.entries(JSON.parse(text) as object).filter(
      ([, value]) => typeof value === "string",
    );
    return Object.fromEntries(entries) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Where a registry sends us for the rest of a list must be the same list at the same place. */
function staysHere(bytes: Buffer): unknown {
  const next = nextPage(bytes.toString("latin1"), "tags/list?n=1000");
  if (next === undefined) return "none";
  const url = new URL(next, "https://registry.example/v2/a/b/");
  if (url.origin !== "https://registry.example" || url.pathname !== "/v2/a/b/tags/list")
    throw new Error(`the next page leads to ${url.href}`);
  return "page";
}
