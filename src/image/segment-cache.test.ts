import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Poison, poison, repacked } from "../../tests/helpers/poisoned-cache.ts";
import { doneSteps, smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { fromBytes, sha256 } from "../formats/bytes.ts";
import type { RolesEvent } from "../events.ts";
import { createRegistryClient, type RegistryClient } from "../oci/client.ts";
import { mediaTypes } from "../oci/media-types.ts";
import { byTag, type Reference } from "../oci/reference.ts";
import type { Fault } from "../oci/registry/faults.ts";
import { refusal } from "../oci/registry/reply.ts";
import type { SharedRepository } from "./segment-cache.ts";

let small: SmallBuild;
let client: RegistryClient;
let repository: Reference;
let shared: SharedRepository;
let good: string[];
let fault: (request: { method: string; path: string }) => Fault | undefined = () => undefined;
let machines = 0;

/** A machine that has built nothing yet. */
const machine = (changes: Parameters<SmallBuild["build"]>[0] = {}) => {
  const at = join(small.folder, `machine-${++machines}`);
  return small.build({
    outputs: ["initramfs"],
    only: ["compute"],
    out: join(at, "out"),
    cacheDir: join(at, "cache"),
    shared,
    ...changes,
  });
};
type Built = Awaited<ReturnType<typeof machine>>;
const sums = ({ assets }: Built): string[] => assets.map((asset) => asset.sha256);
const warnings = (events: readonly RolesEvent[]): string[] =>
  events.flatMap((event) => (event.type === "note" && event.level === "warning" ? [event.text] : []));
const isCache = ({ path }: { path: string }): boolean => path.startsWith("/v2/moon/cache/");

beforeAll(async () => {
  small = await smallBuild({ registry: { faults: (request) => fault(request) } });
  client = createRegistryClient({ retries: { sleep: () => Promise.resolve() } });
  repository = { registry: small.upstream.registry.host, repository: "moon/cache" };
  shared = { client, repository };
  good = sums(await machine({ shared: undefined }));
  await machine();
}, 60_000);
afterAll(async () => {
  await client.close();
  await small.close();
});
afterEach(() => {
  fault = () => undefined;
});

describe("a shared cache", () => {
  it("gives a second machine every segment: the same bytes, and none is compressed there", async () => {
    const built = await machine();
    expect(sums(built)).toEqual(good);
    expect(doneSteps(built.events, "segment-")).toEqual([]);
    expect(built.shared).toEqual({ taken: 3, stored: 0 });
    expect(warnings(built.events)).toEqual([]);
  });

  it("gets what was made, as OCI artifacts with one named layer each", async () => {
    const other = { client, repository: { ...repository, repository: "moon/other" } };
    const built = await machine({ shared: other });
    expect(built.shared).toEqual({ taken: 0, stored: 3 });
    const names = await client.tags(other.repository);
    expect(names).toHaveLength(3);
    for (const tag of names) {
      expect(tag).toMatch(/^segment-[0-9a-f]{64}$/);
      const { bytes } = await client.manifest(byTag(other.repository, tag));
      expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
        artifactType: "application/vnd.talos-roles.segment.v1",
        config: {
          mediaType: mediaTypes.empty,
          size: 2,
          digest: `sha256:${await sha256(fromBytes(Buffer.from("{}")).stream())}`,
        },
        layers: [{ annotations: { "org.opencontainers.image.title": "layer.sqsh" } }],
      });
    }
  });

  it("is asked for nothing that is there already", async () => {
    const built = await machine();
    const before = small.upstream.registry.requests.length;
    const again = await small.build({
      outputs: ["initramfs"],
      only: ["compute"],
      out: built.out,
      cacheDir: join(built.out, "../cache"),
      shared,
    });
    expect(sums(again)).toEqual(good);
    expect(small.upstream.registry.requests.length).toBe(before);
  });
});

describe("a shared cache that is no good costs time: the same bytes, one warning", () => {
  const denied = { reply: refusal(401, "UNAUTHORIZED", "who is that?") };
  it.each<[string, RegExp, (request: { method: string; path: string }) => Fault | undefined]>([
    ["is down", /cannot be read/, () => ({ reset: true })],
    ["lets nobody read", /cannot be read/, ({ method }) => (method === "GET" ? denied : undefined)],
    [
      "cuts layers short",
      /cannot be read/,
      ({ method, path }) => (method === "GET" && path.includes("/blobs/") ? { truncateAt: 30 } : undefined),
    ],
    [
      "changes layers",
      /cannot be read/,
      ({ method, path }) => (method === "GET" && path.includes("/blobs/") ? { corrupt: true } : undefined),
    ],
  ])(
    "when it %s",
    async (_, words, how) => {
      fault = (request) => (isCache(request) ? how(request) : undefined);
      const built = await machine();
      expect(sums(built)).toEqual(good);
      expect(built.shared!.taken).toBe(0);
      expect(doneSteps(built.events, "segment-")).toHaveLength(3);
      expect(warnings(built.events)).toEqual([expect.stringMatching(words)]);
    },
    60_000,
  );

  it("when it lets nobody write", async () => {
    fault = (request) => (isCache(request) && request.method === "POST" ? denied : undefined);
    const closed = { client, repository: { ...repository, repository: "moon/cache/closed" } };
    const built = await machine({ shared: closed });
    expect(sums(built)).toEqual(good);
    expect(built.shared).toEqual({ taken: 0, stored: 0 });
    expect(warnings(built.events)).toEqual([expect.stringMatching(/cannot be written/)]);
  });

  const files = (tree: string): string[] =>
    readdirSync(tree, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const title = { "org.opencontainers.image.title": "../../layer.sqsh" };
  it.each<[string, RegExp, Poison]>([
    ["an empty file more", /does not belong/, change((tree) => writeFileSync(join(tree, "usr/evil"), ""))],
    [
      "larger files",
      /bytes, more than/,
      change((tree) => files(tree).forEach((path) => appendFileSync(path, "x"))),
    ],
    ["other files of the same size", /is another/, change((tree) => files(tree).forEach(scramble))],
    ["fewer files", /it lacks/, change((tree) => files(tree).forEach((path) => rmSync(path)))],
    ["another mode", /is another/, change((tree) => files(tree).forEach((path) => chmodSync(path, 0o4755)))],
    ["another owner", /is another/, change(() => {}, ["-force-uid", "7"])],
    ["another compression", /compressed with gzip/, change(() => {}, ["-comp", "gzip"])],
    ["attributes", /extended attributes/, { layer: (layer) => Buffer.from(layer).fill(0, 56, 64) }],
    ["something behind it", /its size/, { layer: (layer) => Buffer.concat([layer, Buffer.alloc(4096)]) }],
    [
      "something in its padding",
      /behind/,
      { layer: (layer) => Buffer.from(layer).fill(1, layer.length - 1) },
    ],
    ["no squashfs at all", /squashfs/, { layer: () => Buffer.from("other") }],
    ["of another kind", /not a segment/, { manifest: (one) => ({ ...one, artifactType: "application/x" }) }],
    [
      "a path for a name",
      /not a segment/,
      { manifest: (one) => ({ ...one, layers: [{ ...one.layers[0], annotations: title }] }) },
    ],
  ])(
    "when its layers are poisoned: %s; and the build mends it",
    async (_, words, how) => {
      await poison(client, repository, how);
      const built = await machine();
      expect(sums(built)).toEqual(good);
      expect(built.shared).toEqual({ taken: 0, stored: 3 });
      expect(warnings(built.events)).toEqual([expect.stringMatching(words)]);
      expect((await machine()).shared).toEqual({ taken: 3, stored: 0 });
    },
    60_000,
  );

  it("and what is wrong with an extension is still an error", async () => {
    fault = ({ path }) => (path.includes("siderolabs/drbd/blobs/") ? { corrupt: true } : undefined);
    await expect(machine()).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });
});

const change = (how: (tree: string) => unknown, words: readonly string[] = []): Poison => ({
  layer: (layer) => repacked(layer, how, words),
});

function scramble(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x7a));
}
