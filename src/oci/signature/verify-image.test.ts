import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  keySigning,
  signingAuthority,
  type SigningAuthority,
} from "../../../tests/helpers/signing-authority.ts";
import {
  type BundleJson,
  type SignBy,
  signByBundle,
  signByTag,
  type Target,
} from "../../../tests/helpers/sign-image.ts";
import { createRegistryClient, type RegistryClient } from "../client.ts";
import { type Digest, digestOf } from "../digest.ts";
import { imageOf } from "../fixtures/images.ts";
import { byTag, parseReference, type Reference } from "../reference.ts";
import { type RunningRegistry, startRegistry } from "../registry/server.ts";
import { pushImage } from "../transfer.ts";
import { fingerprint } from "./public-key.ts";
import type { ExpectedIdentity, ExpectedSigner } from "./signer.ts";
import { readTrustedRoot } from "./trusted-root.ts";
import { verifyImage } from "./verify-image.ts";

const robot = { identity: "robot@sidero.example", issuer: "https://accounts.example" };
let authority: SigningAuthority;
let registry: RunningRegistry;
let client: RegistryClient;
let repository: Reference;
let digest: Digest;
let count = 0;

beforeAll(async () => {
  authority = await signingAuthority();
  registry = await startRegistry();
  client = createRegistryClient();
});
afterAll(async () => {
  await client.close();
  await registry.close();
});
beforeEach(async () => {
  // Every test has its own image and repository, so none sees the signatures of another.
  repository = parseReference(`${registry.host}/a/image${++count}`);
  digest = await pushImage(client, byTag(repository, "v1"), await imageOf(`image ${count}`));
});

const target = (): Target => ({ repository, digest });
const by = (who = robot): SignBy => ({ signing: authority.as(who), authority });
const expected = (change: Partial<ExpectedIdentity> = {}): ExpectedIdentity => ({
  ...robot,
  isPattern: false,
  root: readTrustedRoot(JSON.stringify(authority.root), "root"),
  ...change,
});
const verify = (...signers: ExpectedSigner[]) =>
  verifyImage(client, { repository, digest }, signers.length > 0 ? signers : [expected()]);

const layouts: [string, typeof signByTag | typeof signByBundle][] = [
  ["tag", signByTag],
  ["bundle", signByBundle],
];

describe.each(layouts)("a keyless signature in the layout of a %s", (layout, signBy) => {
  it("passes, and says whose it is", async () => {
    await signBy(client, target(), by());
    expect(await verify()).toEqual(robot);
  });

  it("passes by a pattern that matches the whole identity, and by no other", async () => {
    await signBy(client, target(), by());
    const pattern = (identity: string) => verify(expected({ identity, isPattern: true }));
    expect(await pattern("[a-z]+@sidero\\.example")).toEqual(robot);
    for (const part of ["sidero", "robot@sidero\\.exam", "obot@sidero\\.example", "a|@sidero\\.example"])
      await expect(pattern(part)).rejects.toMatchObject({ code: "SIGNATURE_UNTRUSTED" });
  });

  it.each([
    ["another identity", { identity: "robot@sidero.example.evil" }, "SIGNATURE_UNTRUSTED"],
    ["another issuer", { issuer: "https://accounts.evil" }, "SIGNATURE_UNTRUSTED"],
  ])("is refused from %s", async (_, who, code) => {
    await signBy(client, target(), by({ ...robot, ...who }));
    await expect(verify()).rejects.toMatchObject({
      code,
      hint: expect.stringContaining("Do not use") as string,
    });
  });

  it("is refused from another authority, though it says the right names", async () => {
    const other = await signingAuthority();
    await signBy(client, target(), { signing: other.as(robot), authority: other });
    await expect(verify()).rejects.toMatchObject({ code: "SIGNATURE_UNTRUSTED" });
  });

  it("is refused where it is for another digest, however good it is", async () => {
    await signBy(client, { ...target(), claims: digestOf("another image") }, by());
    await expect(verify()).rejects.toMatchObject({
      code: "SIGNATURE_INVALID",
      message: expect.stringContaining("another image") as string,
    });
  });

  it("is refused without its entry in a log", async () => {
    await signBy(client, target(), { signing: authority.as(robot) });
    await expect(verify()).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it("passes beside bad ones, and by one of several signers", async () => {
    await signByBundle(client, target(), by({ ...robot, identity: "someone@else" }));
    await signBy(client, target(), by());
    const { publicKey: key } = keySigning();
    expect(await verify({ key }, expected())).toEqual(robot);
  });
});

describe("what was changed", () => {
  it("a payload that names this image, with a signature over another, is refused", async () => {
    let other: Uint8Array = Buffer.alloc(0);
    await signByTag(
      client,
      { ...target(), claims: digestOf("x") },
      {
        ...by(),
        change: (parts) => {
          const text = Buffer.from(parts.payload).toString().replace(digestOf("x"), digest);
          other = Buffer.from(text);
          return { ...parts, payload: other };
        },
      },
    );
    await expect(verify()).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it.each<[string, (bundle: BundleJson) => BundleJson]>([
    [
      "its statement",
      (bundle) => withStatement(bundle, (text) => text.replace('"predicate":{}', '"predicate":{"a":1}')),
    ],
    ["its log entry", (bundle) => withEntry(bundle, (entry) => ({ ...entry, logIndex: "1" }))],
    [
      "its log entry's body",
      (bundle) => withEntry(bundle, (entry) => ({ ...entry, canonicalizedBody: "e30=" })),
    ],
    ["its certificate", (bundle) => withMaterial(bundle, { certificate: { rawBytes: "AAAA" } })],
    ["its log entries, which are gone", (bundle) => withMaterial(bundle, { tlogEntries: [] })],
  ])("a bundle with a change in %s is refused", async (_, change) => {
    await signByBundle(client, target(), { ...by(), change });
    await expect(verify()).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it.each([
    ["certificate", "dev.sigstore.cosign/certificate"],
    ["log entry", "dev.sigstore.cosign/bundle"],
    ["signature", "dev.cosignproject.cosign/signature"],
  ])("annotations with a broken %s are refused", async (_, key) => {
    await signByTag(client, target(), {
      ...by(),
      change: ({ payload, annotations }) => ({ payload, annotations: { ...annotations, [key]: "{}" } }),
    });
    await expect(verify()).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });
});

describe("no signature", () => {
  it("is said, with what to do", async () => {
    await expect(verify()).rejects.toMatchObject({
      code: "SIGNATURE_MISSING",
      hint: expect.stringContaining("signatures") as string,
    });
  });

  it("an attestation is none, though its subject and signer are right", async () => {
    await signByBundle(client, target(), { ...by(), predicateType: "https://slsa.dev/provenance/v1" });
    await expect(verify()).rejects.toMatchObject({ code: "SIGNATURE_MISSING" });
  });
});

describe("Rekor v2", () => {
  it("is named as what cannot be checked here", async () => {
    await signByBundle(client, target(), { ...by(), rekor: 2 });
    await expect(verify()).rejects.toMatchObject({
      code: "SIGNATURE_UNSUPPORTED",
      message: expect.stringContaining("Rekor v2") as string,
      hint: expect.stringContaining("cosign verify") as string,
    });
  });
});

describe("a public key", () => {
  it.each(layouts)("verifies the layout of a %s with no log at all", async (_, signBy) => {
    for (const curve of ["prime256v1", "secp384r1"]) {
      const { publicKey: key, signing } = keySigning(curve);
      await signBy(client, target(), { signing });
      expect(await verify({ key })).toEqual({ publicKey: fingerprint(key) });
    }
  });

  it.each(layouts)("refuses another key's signature in the layout of a %s", async (_, signBy) => {
    await signBy(client, target(), { signing: keySigning().signing });
    await expect(verify({ key: keySigning().publicKey })).rejects.toMatchObject({
      code: "SIGNATURE_UNTRUSTED",
    });
  });

  it("does not take a certificate's signature for its own", async () => {
    await signByTag(client, target(), by());
    await expect(verify({ key: keySigning().publicKey })).rejects.toMatchObject({
      code: "SIGNATURE_UNTRUSTED",
    });
  });
});

const withMaterial = (bundle: BundleJson, change: object): BundleJson => ({
  ...bundle,
  verificationMaterial: { ...bundle.verificationMaterial, ...change },
});
const withEntry = (bundle: BundleJson, change: (entry: object) => object): BundleJson =>
  withMaterial(bundle, {
    tlogEntries: bundle.verificationMaterial.tlogEntries.map((one) => change(one as object)),
  });
const withStatement = (bundle: BundleJson, change: (text: string) => string): BundleJson => {
  const text = change(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
  return {
    ...bundle,
    dsseEnvelope: { ...bundle.dsseEnvelope, payload: Buffer.from(text).toString("base64") },
  };
};
