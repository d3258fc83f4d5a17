import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lockText } from "../../src/catalog/lock-file.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { mirrorLock } from "../../src/catalog/mirror.ts";
import { registryTarget } from "../../src/catalog/mirror-target.ts";
import { verifyLock } from "../../src/catalog/verify-lock.ts";
import { silent } from "../../src/events.ts";
import { collect } from "../../src/formats/bytes.ts";
import { createRegistryClient, type RegistryClient } from "../../src/oci/client.ts";
import { digestOf, parseDigest } from "../../src/oci/digest.ts";
import { documentBytes } from "../../src/oci/document.ts";
import { parseMirror } from "../../src/oci/endpoint.ts";
import { imageOf, noise } from "../../src/oci/fixtures/images.ts";
import { mediaTypes } from "../../src/oci/media-types.ts";
import { byDigest, parseReference } from "../../src/oci/reference.ts";
import { startRegistry } from "../../src/oci/registry/server.ts";
import { resolveImage } from "../../src/oci/resolve.ts";
import { pushImage, pushIndex } from "../../src/oci/transfer.ts";
import { type DebianRegistry, debianRegistry } from "../helpers/debian-registry.ts";
import { adr, rolesOf } from "../helpers/roles-texts.ts";
import { signByBundle, signByTag } from "../helpers/sign-image.ts";
import { signingAuthority } from "../helpers/signing-authority.ts";
import { smallUpstream } from "../helpers/small-upstream.ts";

const run = promisify(execFile);
let debian: DebianRegistry;
let client: RegistryClient;
let folder: string;
let count = 0;

beforeAll(async () => {
  debian = await debianRegistry();
  client = createRegistryClient();
  folder = await mkdtemp(join(tmpdir(), "foreign-"));
});
afterAll(async () => {
  await Promise.all([client.close(), debian.close()]);
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  count += 1;
});
const at = (name: string) => parseReference(`${debian.host}/t${count}/${name}`);

describe("our client against Debian's docker-registry", () => {
  it.each([
    ["in one piece", undefined],
    ["in pieces", 64 << 10],
  ])("pushes %s, and pulls the same", async (_, chunkSize) => {
    const pushing = createRegistryClient(chunkSize === undefined ? {} : { chunkSize });
    const image = await imageOf(noise(1 << 20));
    const digest = await pushImage(pushing, at("a/b:v1"), image);
    await pushing.close();
    const found = await resolveImage(client, at("a/b:v1"), "arm64");
    expect(found.descriptor.digest).toBe(digest);
    const [layer] = found.manifest.layers;
    expect(digestOf(await collect(found.blob(layer!), 4 << 20))).toBe(layer!.digest);
  });

  it("sends a blob once, and mounts it from another repository", async () => {
    const [layer] = (await imageOf(noise(100_000 + count))).layers;
    const push = (name: string, mountFrom?: string) =>
      client.pushBlob(
        at(name),
        layer!.descriptor,
        layer!.content,
        mountFrom === undefined ? {} : { mountFrom },
      );
    expect(await push("a")).toBe(true);
    expect(await push("a")).toBe(false);
    expect(await push("b", at("a").repository)).toBe(false);
  });

  it("lists tags and chooses in an index", async () => {
    const images = [await imageOf("a"), await imageOf("b", { architecture: "amd64" })];
    for (const tag of ["v1", "v2"]) await pushIndex(client, at(`x:${tag}`), images);
    expect((await client.tags(at("x"))).sort()).toEqual(["v1", "v2"]);
    expect((await resolveImage(client, at("x:v2"), "amd64")).descriptor.digest).toBe(
      images[1]!.descriptor.digest,
    );
  });

  it("lists referrers by their tag, which this registry has no API for", async () => {
    const digest = await pushImage(client, at("s:v1"), await imageOf("s"));
    const empty = await imageOf("signature");
    await pushImage(client, byDigest(at("s"), empty.descriptor.digest), empty);
    const bytes = documentBytes({
      ...(JSON.parse(Buffer.from(empty.manifest).toString()) as object),
      artifactType: "application/vnd.example",
      subject: { mediaType: mediaTypes.manifest, digest, size: 1 },
    });
    const pushed = await client.pushManifest(byDigest(at("s"), digestOf(bytes)), mediaTypes.manifest, bytes);
    expect(await client.referrers(at("s"), digest)).toMatchObject([
      { digest: pushed, artifactType: "application/vnd.example" },
    ]);
  });

  it("names what is not there", async () => {
    await expect(client.manifest(at("nothing:v1"))).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
  });

  it("mirrors into it, signatures too, and the lock from there is the same and verified", async () => {
    const upstream = await smallUpstream();
    const authority = await signingAuthority();
    const robot = { identity: "robot@sidero.example", issuer: "https://accounts.example" };
    const text = `${adr.replace("arch: arm64", "arch: [arm64, amd64]")}signatures:
  - {images: ghcr.io/, issuer: "${robot.issuer}", identity: "${robot.identity}", trustedRoot: root.json}
`;
    await writeFile(join(folder, "root.json"), JSON.stringify(authority.root));
    const roles = rolesOf(text, join(folder, "roles.yaml"));
    const lock = await makeLock(roles, { client: upstream.client, emit: silent });
    const pins = Object.values(lock.architectures).flatMap(({ base, bootFiles, extensions }) => [
      base,
      bootFiles,
      ...Object.values(extensions),
    ]);
    const once = [...new Map(pins.map((pin) => [pin.digest, pin])).values()];
    for (const [index, { repository, digest }] of once.entries()) {
      const target = {
        repository: parseReference(repository.replace("ghcr.io", upstream.registry.host)),
        digest: parseDigest(digest),
      };
      await (index % 2 ? signByTag : signByBundle)(client, target, {
        signing: authority.as(robot),
        authority,
      });
    }
    await mirrorLock(lock, {
      client: upstream.client,
      target: registryTarget(client, debian.host),
      emit: silent,
    });
    await upstream.close();
    const mirrored = createRegistryClient({ mirrors: [parseMirror(`ghcr.io=http://${debian.host}`)] });
    expect(lockText(await makeLock(roles, { client: mirrored, emit: silent }))).toBe(lockText(lock));
    const { images } = await verifyLock(lock, roles, { client: mirrored, emit: silent });
    expect(images.map(({ signature }) => signature)).toEqual(images.map(() => robot));
    await mirrored.close();
  });
});

describe("skopeo", () => {
  it("reads what we push, and we read what it pushes, to our registry and to Debian's", async () => {
    const own = await startRegistry();
    for (const host of [own.host, debian.host]) {
      const image = await imageOf(noise(50_000));
      await pushImage(client, parseReference(`${host}/sk/one:v1`), image);
      const tls = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      const copy = [
        "--override-arch",
        "arm64",
        "copy",
        ...tls,
        `docker://${host}/sk/one:v1`,
        `docker://${host}/sk/two:v1`,
      ];
      await run("skopeo", copy);
      const found = await resolveImage(client, parseReference(`${host}/sk/two:v1`), "arm64");
      expect(found.descriptor.digest).toBe(image.descriptor.digest);
      const layout = join(folder, `layout-${host.replace(":", "-")}`);
      await run("skopeo", [
        "--override-arch",
        "arm64",
        "copy",
        tls[0]!,
        `docker://${host}/sk/two:v1`,
        `oci:${layout}:x`,
      ]);
      const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8")) as {
        manifests: { digest: string }[];
      };
      expect(index.manifests[0]?.digest).toBe(image.descriptor.digest);
    }
    await own.close();
  });
});
