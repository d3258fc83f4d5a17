import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { updateLock } from "../../src/catalog/update-lock.ts";
import type { Lock } from "../../src/catalog/lock-model.ts";
import { silent } from "../../src/events.ts";
import { collect } from "../../src/formats/bytes.ts";
import { planPush } from "../../src/image/push/plan-push.ts";
import { pushRoles } from "../../src/image/push/push-roles.ts";
import { readRecord } from "../../src/image/record.ts";
import { createRegistryClient, type RegistryClient } from "../../src/oci/client.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { imageOf } from "../../src/oci/fixtures/images.ts";
import { isIndexType } from "../../src/oci/media-types.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { type RunningRegistry, startRegistry } from "../../src/oci/registry/server.ts";
import { resolveImage } from "../../src/oci/resolve.ts";
import { pushImage } from "../../src/oci/transfer.ts";
import type { RolesFile } from "../../src/roles/model.ts";
import { standInLabel } from "../../src/talos/stand-in.ts";
import { type BuiltInstallers, writeInstallers } from "../helpers/built-installers.ts";
import { type DebianRegistry, debianRegistry } from "../helpers/debian-registry.ts";
import { adr, rolesOf } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";
import { makeTestImage, testUki } from "../helpers/test-image.ts";

let upstream: SmallUpstream;
let registry: RunningRegistry;
let debian: DebianRegistry;
let client: RegistryClient;
let uki: Uint8Array;
let folder: string;
let lock: Lock;

beforeAll(async () => {
  const scratch = mkdtempSync(join(tmpdir(), "push-image-"));
  const image = await makeTestImage(scratch);
  delete image.segments["zfs"];
  uki = await collect((await testUki(image)).stream(), 64 << 20);
  rmSync(scratch, { recursive: true });
  upstream = await smallUpstream();
  debian = await debianRegistry();
  client = createRegistryClient();
});
afterAll(() => Promise.all([client.close(), upstream.close(), debian.close()]));
beforeEach(async () => {
  registry = await startRegistry();
  folder = mkdtempSync(join(tmpdir(), "push-"));
});
afterEach(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

const textFor = (host: string, more = ""): string => `${adr}images: {registry: "${host}/moon"}\n${more}`;
const out = () => join(folder, "out");

/** Roles, lock and build in the folder, for a registry. */
async function built(
  host: string,
  how: Partial<BuiltInstallers> = {},
  text = textFor(host),
): Promise<RolesFile> {
  const roles = rolesOf(text, join(folder, "roles.yaml"));
  writeFileSync(roles.file, text);
  ({ lock } = await updateLock(roles, { client: upstream.client, emit: silent }));
  await writeInstallers(out(), { roles, lock }, { uki, ...how });
  return roles;
}
async function push(
  roles: RolesFile,
  { only = ["compute", "gateway"], source = "https://git.example/moon", by = client } = {},
) {
  const items = planPush({ roles, lock, record: await readRecord(out()), only, source });
  return pushRoles(items, { client: by, out: out(), emit: silent });
}

describe.each<[string, () => string]>([
  ["the in-process registry", () => registry.host],
  ["Debian's docker-registry", () => debian.host],
])("push to %s", (_, host) => {
  it("one manifest per tag with the names of the design, and what it is as annotations", async () => {
    const roles = await built(host());
    const images = await push(roles);
    const key = lock.roles["gateway"]?.arm64?.inputsKey ?? "";
    expect(images.map(({ reference }) => reference)).toEqual([
      `${host()}/moon/talos-compute:v1.13.6`,
      `${host()}/moon/talos-gateway:v1.13.6`,
    ]);
    expect(images[1]?.build).toBe(`${host()}/moon/talos-gateway:v1.13.6-${key.slice(0, 12)}`);
    for (const { reference, build, digest } of images) {
      const [byTag, byBuild] = [
        await client.manifest(parseReference(reference)),
        await client.manifest(parseReference(build)),
      ];
      expect([byTag.digest, byBuild.digest]).toEqual([digest, digest]);
      expect(isIndexType(byTag.mediaType)).toBe(false);
    }
    const { manifest } = await resolveImage(client, parseReference(images[1]!.reference), "arm64");
    expect(manifest.annotations).toMatchObject({
      "org.opencontainers.image.source": "https://git.example/moon",
      "io.talos-roles.role": "gateway",
      "io.talos-roles.lock": key,
    });
    expect(JSON.parse(manifest.annotations!["io.talos-roles.contract"]!)).toEqual(
      lock.roles["gateway"]?.arm64?.contract,
    );
  });

  it("is read by skopeo, layer by layer", async () => {
    const [compute] = await push(await built(host()));
    const target = join(folder, "copy");
    const from = `docker://${compute!.reference}`;
    await promisify(execFile)("skopeo", [
      "--override-arch",
      "arm64",
      "copy",
      "--src-tls-verify=false",
      from,
      `dir:${target}`,
    ]);
    const manifest = readFileSync(join(target, "manifest.json"));
    expect(digestOf(manifest)).toBe(compute!.digest);
    for (const { digest } of (JSON.parse(manifest.toString()) as { layers: { digest: string }[] }).layers)
      expect(digestOf(readFileSync(join(target, digest.slice("sha256:".length))))).toBe(digest);
  });

  it("sends nothing that is there already", async () => {
    const roles = await built(host());
    const first = await push(roles);
    const again = await push(roles);
    expect(again.map(({ pushed, moved }) => ({ pushed, moved }))).toEqual([
      { pushed: false, moved: null },
      { pushed: false, moved: null },
    ]);
    expect(again.map(({ digest }) => digest)).toEqual(first.map(({ digest }) => digest));
  });
});

describe("push", () => {
  const writes = () => registry.requests.filter((request) => /^(?:PUT|POST|PATCH)/.test(request));

  it("asks a second time with reading requests alone, and mounts the layers that roles share", async () => {
    const roles = await built(registry.host);
    await push(roles);
    const uploads = writes().filter(
      (request) => request.startsWith("PUT") && request.includes("/blobs/uploads/"),
    );
    // Two configs, two own layers, and the base once.
    expect(uploads).toHaveLength(5);
    expect(writes().filter((request) => request.includes("mount="))).toHaveLength(1);
    registry.requests.length = 0;
    await push(roles);
    expect(writes()).toEqual([]);
  });

  it("keeps a build's tag as it is, and moves the Talos tag to a new build", async () => {
    const roles = await built(registry.host);
    const [first] = await push(roles, { only: ["compute"] });
    const next = textFor(registry.host).replace(
      "extensions: [drbd, zfs, spin]",
      "extensions: [drbd, zfs, spin]\n    kernelArgs: [quiet]",
    );
    const [second] = await push(await built(registry.host, { text: "next" }, next), { only: ["compute"] });
    expect(second).toMatchObject({ pushed: true, moved: first!.digest });
    expect(second!.build).not.toBe(first!.build);
    expect((await client.manifest(parseReference(first!.build))).digest).toBe(first!.digest);
    expect((await client.manifest(parseReference(first!.reference))).digest).toBe(second!.digest);
  });

  it("gives a build from elsewhere the annotations that it was pushed with first", async () => {
    const roles = await built(registry.host);
    const [first] = await push(roles, { only: ["compute"] });
    const [again] = await push(roles, { only: ["compute"], source: "https://fork.example/moon" });
    expect(again).toMatchObject({ digest: first!.digest, pushed: false });
  });

  it("refuses where a build's tag is another image", async () => {
    const roles = await built(registry.host);
    const [first] = await push(roles, { only: ["compute"] });
    await pushImage(client, parseReference(first!.build), await imageOf("other"));
    await expect(push(roles)).rejects.toMatchObject({ code: "TAG_TAKEN" });
  });

  it("sends nothing at all where an installer is missing, damaged, or from another lock", async () => {
    const roles = await built(registry.host);
    const record = await readRecord(out());
    const inputs = { roles, lock, record, only: ["compute", "gateway"] };
    expect(() => planPush({ ...inputs, record: { ...record, roles: record.roles.slice(0, 1) } })).toThrow(
      expect.objectContaining({
        code: "BUILD_MISSING",
        hint: expect.stringContaining("build gateway") as string,
      }),
    );
    const other = structuredClone(lock);
    other.roles["gateway"]!.arm64!.inputsKey = "0".repeat(64);
    expect(() => planPush({ ...inputs, lock: other })).toThrow(
      expect.objectContaining({ code: "LOCK_STALE" }),
    );
    const newer = { ...roles, cluster: { ...roles.cluster, talos: "v1.13.9" } };
    expect(() => planPush({ ...inputs, roles: newer })).toThrow(
      expect.objectContaining({ code: "LOCK_STALE" }),
    );
    const outside = structuredClone(record);
    outside.roles[0]!.assets[0]!.path = "../elsewhere";
    expect(() => planPush({ ...inputs, record: outside })).toThrow(
      expect.objectContaining({ code: "ARCHIVE_PATH_ESCAPES" }),
    );
    expect(registry.requests).toEqual([]);
  });

  it.each<[string, Partial<BuiltInstallers>]>([
    ["the record says so", { standIns: ["the kernel is a stand-in"] }],
    ["only the image says so", { labels: { [standInLabel]: "installer-base" } }],
  ])("refuses stand-ins to any registry that is not this computer's, where %s", async (_, how) => {
    const roles = await built("registry.example.com", how);
    const sent: string[] = [];
    const by = createRegistryClient({
      send: (request) => (sent.push(request.url.href), Promise.reject(new Error("no network here"))),
    });
    await expect(push(roles, { by })).rejects.toMatchObject({ code: "STAND_IN_REFUSED" });
    expect(sent).toEqual([]);
    await push(await built(registry.host, how));
  });

  it("lets a real installer go to another computer's registry", async () => {
    const roles = await built("127.0.0.1.example.com");
    const sent: string[] = [];
    const by = createRegistryClient({
      retries: { attempts: 1 },
      send: (request) => (sent.push(request.url.href), Promise.reject(new Error("no network here"))),
    });
    await expect(push(roles, { by })).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    expect(sent[0]).toContain("https://127.0.0.1.example.com/v2/moon/talos-compute/");
  });
});
