import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cachingSource } from "../../src/catalog/blob-cache.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { mirrorLock } from "../../src/catalog/mirror.ts";
import { layoutTarget } from "../../src/catalog/mirror-target.ts";
import { offlineSource } from "../../src/catalog/offline-source.ts";
import { schematicExtension } from "../../src/catalog/schematic/extension.ts";
import { silent } from "../../src/events.ts";
import { buildRoles } from "../../src/image/build.ts";
import type { BuildRecord } from "../../src/image/record.ts";
import { inspectFile } from "../../src/inspect/file.ts";
import { createRegistryClient } from "../../src/oci/client.ts";
import { parseMirror } from "../../src/oci/endpoint.ts";
import type { Fault, FaultInjector } from "../../src/oci/registry/faults.ts";
import { type Gate, tokenGate } from "../../src/oci/registry/gate.ts";
import { startRegistry } from "../../src/oci/registry/server.ts";
import type { ImageSource } from "../../src/oci/source.ts";
import type { RolesFile } from "../../src/roles/model.ts";
import { one, rolesOf } from "../helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let upstream: SmallUpstream;
let folder: string;
const roles = rolesOf(one("drbd, zfs, spin"));

beforeAll(async () => {
  upstream = await smallUpstream();
});
afterAll(() => upstream.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "build-supply-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Locks and builds from a source, with nothing in the cache before. */
async function build(source: ImageSource, of: RolesFile = roles, name = "build"): Promise<BuildRecord> {
  const [out, cacheDir] = [join(folder, name, "out"), join(folder, name, "cache")];
  const cached = cachingSource(source, cacheDir);
  const lock = await makeLock(of, { client: cached, emit: silent, cacheDir });
  const outputs = ["uki", "installer"] as const;
  const { record } = await buildRoles({
    roles: of,
    lock,
    source: cached,
    out,
    cacheDir,
    outputs,
    emit: silent,
  });
  return record;
}

const reply = (status: number, headers: Record<string, string> = {}): Fault => ({
  reply: { status, headers },
});
const isBlob = (path: string): boolean => path.includes("/blobs/");

describe("a build from a bad registry", () => {
  const password = "correct-horse-battery";
  let good: BuildRecord;
  beforeEach(async () => {
    good ??= await build(upstream.client, roles, "good");
  });
  const from = async (faults: FaultInjector, gate?: Gate) => {
    const registry = await startRegistry({
      store: upstream.registry.store,
      faults,
      ...(gate ? { gate } : {}),
    });
    const client = createRegistryClient({
      mirrors: [parseMirror(`ghcr.io=${registry.url}`)],
      retries: { sleep: () => Promise.resolve() },
      credentials: () => Promise.resolve({ kind: "basic", username: "robot", password }),
    });
    try {
      return await build(client);
    } finally {
      await client.close();
      await registry.close();
    }
  };

  it.each<[string, FaultInjector, Gate?]>([
    ["fails every third request", ({ count }) => (count % 3 === 0 ? reply(503) : undefined)],
    ["resets every third connection", ({ count }) => (count % 3 === 0 ? { reset: true } : undefined)],
    [
      "says 429 with Retry-After",
      ({ count }) => (count % 4 === 0 ? reply(429, { "retry-after": "1" }) : undefined),
    ],
    [
      "cuts blobs short",
      ({ path, count }) => (isBlob(path) && count % 3 === 0 ? { truncateAt: 100 } : undefined),
    ],
    ["lets tokens expire in the middle", () => undefined, tokenGate({ users: { robot: password }, uses: 3 })],
  ])("is the same, byte for byte, when the registry %s", async (_, faults, gate) => {
    expect(await from(faults, gate)).toEqual(good);
  });

  it("ends in one clear error when blobs are changed, and leaves no record", async () => {
    const bad = from(({ path }) => (isBlob(path) ? { corrupt: true } : undefined));
    await expect(bad).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });
});

it("a build from a mirror alone is the same, byte for byte, and asks nobody", async () => {
  const expected = await build(upstream.client, roles, "online");
  const lock = await makeLock(roles, { client: upstream.client, emit: silent });
  const layout = join(folder, "mirror");
  await mirrorLock(lock, { client: upstream.client, target: layoutTarget(layout), emit: silent });
  upstream.registry.requests.length = 0;
  expect(await build(await offlineSource(layout), roles, "offline")).toEqual(expected);
  expect(upstream.registry.requests).toEqual([]);
});

it("images.schematicExtension puts the role's schematic into the image, after all others", async () => {
  const described = rolesOf(one("drbd, zfs, spin", "images: {schematicExtension: true}\n"));
  const record = await build(upstream.client, described, "schematic");
  const { manifest } = await schematicExtension(described, "compute");
  const asset = record.roles[0]?.assets.find(({ kind }) => kind === "uki");
  const { extensions } = await inspectFile(join(folder, "schematic", "out", asset?.path ?? ""), {});
  expect(extensions.map(({ name }) => name)).toEqual(["drbd", "zfs", "spin", "schematic"]);
  expect(extensions[3]).toMatchObject({ name: "schematic", version: manifest.version });
  expect(record.roles[0]?.schematic).toBe(manifest.version);
  const plain = await build(upstream.client, roles, "plain");
  expect(plain.roles[0]?.extensions.map(({ name }) => name)).not.toContain("schematic");
});
