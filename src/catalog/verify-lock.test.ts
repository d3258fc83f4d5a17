import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { violations } from "../../tests/helpers/json-schema.ts";
import { adr, rolesOf } from "../../tests/helpers/roles-texts.ts";
import {
  keySigning,
  signingAuthority,
  type SigningAuthority,
} from "../../tests/helpers/signing-authority.ts";
import { signByBundle, signByTag } from "../../tests/helpers/sign-image.ts";
import { smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { type RolesEvent, silent } from "../events.ts";
import { createRegistryClient, type RegistryClient } from "../oci/client.ts";
import { parseDigest } from "../oci/digest.ts";
import { fingerprint } from "../oci/signature/public-key.ts";
import { parseReference } from "../oci/reference.ts";
import { openLock } from "./lock-file.ts";
import type { Lock, PinnedImage } from "./lock-model.ts";
import { makeLock } from "./make-lock.ts";
import { checkLockFile, updateLock } from "./update-lock.ts";
import { verifyLock } from "./verify-lock.ts";

const robot = { identity: "robot@sidero.example", issuer: "https://accounts.example" };
let authority: SigningAuthority;
let upstream: SmallUpstream;
let pusher: RegistryClient;
let lock: Lock;
let folder: string;
let events: RolesEvent[];
const own = keySigning();

const keyless = (identity = robot.identity) =>
  `{images: ghcr.io/siderolabs/, issuer: "${robot.issuer}", identity: "${identity}", trustedRoot: root.json}`;
const policies = (...entries: string[]) =>
  rolesOf(`${adr}signatures: [${entries.join(", ")}]\n`, join(folder, "roles.yaml"));
const pins = ({ architectures }: Lock): PinnedImage[] =>
  Object.values(architectures).flatMap(({ base, bootFiles, extensions }) => [
    base,
    bootFiles,
    ...Object.values(extensions),
  ]);
const target = ({ repository, digest }: PinnedImage) => ({
  repository: parseReference(repository.replace("ghcr.io", upstream.registry.host)),
  digest: parseDigest(digest),
});
const verify = (roles = policies(keyless()), of = lock) =>
  verifyLock(of, roles, { client: upstream.client, emit: (event) => void events.push(event) });

beforeAll(async () => {
  authority = await signingAuthority();
  upstream = await smallUpstream();
  pusher = createRegistryClient();
  lock = await makeLock(rolesOf(adr), { client: upstream.client, emit: silent });
  const by = { signing: authority.as(robot), authority };
  // Both layouts, as a registry has them while a publisher moves from one to the other.
  for (const [index, pin] of pins(lock).entries())
    await (index % 2 === 0 ? signByTag : signByBundle)(pusher, target(pin), by);
});
afterAll(() => Promise.all([pusher.close(), upstream.close()]));
beforeEach(() => {
  events = [];
  folder = mkdtempSync(join(tmpdir(), "verify-"));
  writeFileSync(join(folder, "root.json"), JSON.stringify(authority.root));
  writeFileSync(join(folder, "cosign.pub"), own.pem);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("verifyLock", () => {
  it("names the signer of every pinned image, and the lock keeps it", async () => {
    const found = await verify();
    expect(found.images.map(({ image }) => image)).toContain("ghcr.io/siderolabs/drbd:9.2.14-v1.13.6");
    expect(found.images.every(({ signature }) => JSON.stringify(signature) === JSON.stringify(robot))).toBe(
      true,
    );
    expect(pins(found.lock).map(({ signature }) => signature)).toEqual(pins(lock).map(() => robot));
    expect(found.lock.roles).toEqual(lock.roles);
  });

  it("wants a policy, and tells what no policy is about", async () => {
    await expect(verify(rolesOf(adr))).rejects.toMatchObject({
      code: "SIGNATURE_MISSING",
      hint: expect.stringContaining("signatures") as string,
    });
    const { images } = await verify(policies(keyless().replace("siderolabs/", "siderolabs/drbd")));
    const unchecked = images.filter(({ signature }) => signature === null);
    expect(unchecked).toHaveLength(images.length - 1);
    expect(events.filter(({ type }) => type === "note")).toHaveLength(unchecked.length);
  });

  it("goes by the longest beginning that fits, and takes any of its signers", async () => {
    const drbd = keyless("robot@drbd.example").replace("siderolabs/", "siderolabs/drbd");
    const fails = {
      code: "SIGNATURE_UNTRUSTED",
      message: expect.stringContaining("siderolabs/drbd") as string,
    };
    await expect(verify(policies(keyless(), drbd))).rejects.toMatchObject(fails);
    const both = await verify(policies(keyless("other@sidero.example"), keyless()));
    expect(both.images.every(({ signature }) => signature !== null)).toBe(true);
  });

  it("names every image that fails", async () => {
    const failing = verify(policies(keyless("someone@else")));
    await expect(failing).rejects.toMatchObject({
      code: "SIGNATURE_UNTRUSTED",
      details: { length: pins(lock).length },
    });
  });

  it("refuses a manifest that was put into the lock by hand", async () => {
    const changed = structuredClone(lock);
    const { extensions } = changed.architectures.arm64!;
    extensions["drbd"]!.manifest = extensions["zfs"]!.manifest;
    await expect(verify(policies(keyless()), changed)).rejects.toMatchObject({
      code: "SIGNATURE_INVALID",
      message: expect.stringContaining("no part of the signed index") as string,
    });
  });

  it("takes a public key from a file beside the roles file, and names a file that is not there", async () => {
    const [drbd] = pins(lock).filter(({ repository }) => repository.endsWith("/drbd"));
    await signByTag(pusher, target(drbd!), { signing: own.signing });
    const byKey = (path: string) =>
      policies(keyless(), `{images: ghcr.io/siderolabs/drbd, publicKey: ${path}}`);
    const { images } = await verify(byKey("cosign.pub"));
    expect(images.find(({ image }) => image.includes("/drbd:"))?.signature).toEqual({
      publicKey: fingerprint(own.publicKey),
    });
    await expect(verify(byKey("missing.pub"))).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
      message: expect.stringMatching(/roles\.yaml:\d+:\d+: cannot read missing\.pub/) as string,
    });
  });
});

describe("a lock file with signatures", () => {
  const options = () => ({ client: upstream.client, emit: silent });
  const verified = () => ({ ...options(), verify: upstream.client });
  const path = () => join(folder, "roles.lock.json");

  it("holds the signers, fits its schema, and keeps them while the pins stay", async () => {
    const roles = policies(keyless().replace("siderolabs/", "siderolabs/zfs"));
    expect(await updateLock(roles, verified())).toMatchObject({ written: true });
    const schema = JSON.parse(readFileSync("schemas/roles.lock.schema.json", "utf8")) as unknown;
    expect(violations(JSON.parse(readFileSync(path(), "utf8")), schema)).toEqual([]);
    expect((await openLock(path())).architectures.arm64?.extensions["zfs"]?.signature).toEqual(robot);
    expect(await updateLock(roles, options())).toMatchObject({ written: false });
    expect(await updateLock(roles, { ...options(), update: true })).toMatchObject({ written: false });
    expect(await checkLockFile(roles, verified())).toMatchObject({ fresh: true, changes: [] });
  });

  it("asks no registry where there is no policy to go by", async () => {
    upstream.registry.requests.length = 0;
    const none = rolesOf(adr, join(folder, "roles.yaml"));
    await expect(updateLock(none, verified())).rejects.toMatchObject({ code: "SIGNATURE_MISSING" });
    expect(upstream.registry.requests).toEqual([]);
  });

  it("is not written where a signature is wrong", async () => {
    await expect(updateLock(policies(keyless("someone@else")), verified())).rejects.toMatchObject({
      code: "SIGNATURE_UNTRUSTED",
    });
    expect(readdirSync(folder)).not.toContain("roles.lock.json");
  });

  it("fails a check with wrong signatures, though it is fresh", async () => {
    await updateLock(policies(keyless()), options());
    await expect(checkLockFile(policies(keyless("someone@else")), verified())).rejects.toMatchObject({
      code: "SIGNATURE_UNTRUSTED",
    });
  });
});
