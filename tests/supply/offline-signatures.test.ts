import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockText } from "../../src/catalog/lock-file.ts";
import type { Lock, PinnedImage } from "../../src/catalog/lock-model.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { mirrorLock } from "../../src/catalog/mirror.ts";
import { layoutTarget, registryTarget } from "../../src/catalog/mirror-target.ts";
import { offlineSource } from "../../src/catalog/offline-source.ts";
import { updateLock } from "../../src/catalog/update-lock.ts";
import { verifyLock } from "../../src/catalog/verify-lock.ts";
import { silent } from "../../src/events.ts";
import { createRegistryClient, type RegistryClient } from "../../src/oci/client.ts";
import { parseDigest } from "../../src/oci/digest.ts";
import { parseMirror } from "../../src/oci/endpoint.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { startRegistry } from "../../src/oci/registry/server.ts";
import type { RolesFile } from "../../src/roles/model.ts";
import { runInside } from "../helpers/cli.ts";
import { adr, rolesOf } from "../helpers/roles-texts.ts";
import { signByBundle, signByTag } from "../helpers/sign-image.ts";
import { signingAuthority } from "../helpers/signing-authority.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

const robot = { identity: "robot@sidero.example", issuer: "https://accounts.example" };
let upstream: SmallUpstream;
let pusher: RegistryClient;
let folder: string;
let roles: RolesFile;
let lock: Lock;

const pins = ({ architectures }: Lock): PinnedImage[] =>
  Object.values(architectures).flatMap(({ base, bootFiles, extensions }) => [
    base,
    bootFiles,
    ...Object.values(extensions),
  ]);

beforeAll(async () => {
  const authority = await signingAuthority();
  upstream = await smallUpstream();
  pusher = createRegistryClient();
  folder = await mkdtemp(join(tmpdir(), "offline-signatures-"));
  // Both architectures, so that a mirror in a registry holds whole indexes: what is signed is the index.
  const text = `${adr.replace("arch: arm64", "arch: [arm64, amd64]")}signatures:
  - {images: ghcr.io/siderolabs/, issuer: "${robot.issuer}", identity: "${robot.identity}", trustedRoot: root.json}
`;
  await writeFile(join(folder, "roles.yaml"), text);
  await writeFile(join(folder, "root.json"), JSON.stringify(authority.root));
  roles = rolesOf(text, join(folder, "roles.yaml"));
  lock = await makeLock(roles, { client: upstream.client, emit: silent });
  const by = { signing: authority.as(robot), authority };
  const once = [...new Map(pins(lock).map((pin) => [pin.digest, pin])).values()];
  for (const [index, { repository, digest }] of once.entries()) {
    const at = parseReference(repository.replace("ghcr.io", upstream.registry.host));
    await (index % 2 === 0 ? signByTag : signByBundle)(
      pusher,
      { repository: at, digest: parseDigest(digest) },
      by,
    );
  }
  await updateLock(roles, { client: upstream.client, emit: silent });
});
afterAll(async () => {
  await Promise.all([upstream.close(), pusher.close()]);
  await rm(folder, { recursive: true });
});

describe("a mirror", () => {
  it("in a folder holds the signatures too: they are verified with no registry at all", async () => {
    const layout = join(folder, "mirror");
    await mirrorLock(lock, { client: upstream.client, target: layoutTarget(layout), emit: silent });
    const { lock: verified } = await verifyLock(lock, roles, {
      client: await offlineSource(layout),
      emit: silent,
    });
    expect(pins(verified).every(({ signature }) => signature !== undefined)).toBe(true);
  });

  it("is what `lock --offline` reads, also to check and to verify", async () => {
    const run = (...args: string[]) =>
      runInside(["lock", "--offline", "mirror", "--cache-dir", "cache", ...args], folder);
    const check = await run("--check", "--verify", "--json");
    expect(check.status).toBe(0);
    const { signatures } = JSON.parse(check.out) as { signatures: { signature: unknown }[] };
    expect(signatures.map(({ signature }) => signature)).toEqual(signatures.map(() => robot));
    expect(await run("--verify")).toMatchObject({
      status: 0,
      out: expect.stringContaining(robot.identity) as string,
    });
    for (const args of [
      ["lock", "--offline"],
      ["lock", "--check", "--offline", "--verify"],
    ])
      expect(await runInside(args, folder)).toMatchObject({
        status: 2,
        err: expect.stringContaining("USAGE") as string,
      });
  });

  it("in a registry holds the signatures too", async () => {
    const registry = await startRegistry();
    const target = registryTarget(pusher, registry.host);
    await mirrorLock(lock, { client: upstream.client, target, emit: silent });
    const client = createRegistryClient({ mirrors: [parseMirror(`ghcr.io=${registry.url}`)] });
    const { lock: verified } = await verifyLock(lock, roles, { client, emit: silent });
    expect(lockText(verified)).toContain(robot.identity);
    await client.close();
    await registry.close();
  });
});
