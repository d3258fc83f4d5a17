import { readdirSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { extensionFiles, file, founding, imageOf, module } from "../../tests/helpers/small-upstream.ts";
import { smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import type { Lock } from "../catalog/lock-model.ts";
import { cachingSource } from "../catalog/blob-cache.ts";
import { RolesError } from "../errors.ts";
import type { TarEntry } from "../formats/tar.ts";
import { createRegistryClient } from "../oci/client.ts";
import { parseReference } from "../oci/reference.ts";
import type { Fault } from "../oci/registry/faults.ts";
import { pushImage } from "../oci/transfer.ts";
import { readRecord } from "./record.ts";

let small: SmallBuild;
let fault: (path: string) => Fault | undefined = () => undefined;
let good: string[];

beforeAll(async () => {
  small = await smallBuild({ registry: { faults: ({ path }) => fault(path) } });
  good = (await build({ out: join(small.folder, "good"), cacheDir: join(small.folder, "other") })).assets.map(
    ({ sha256 }) => sha256,
  );
}, 60_000);
afterAll(() => small.close());
afterEach(async () => {
  fault = () => undefined;
  await rm(small.out, { recursive: true, force: true });
  await rm(small.cacheDir, { recursive: true, force: true });
});

/** Publishes another image for tailscale and gives the lock that pins it, as if nobody had looked into it. */
async function lockWith(entries: TarEntry[], architecture = "arm64"): Promise<Lock> {
  const client = createRegistryClient();
  try {
    const image = await imageOf(architecture, [entries]);
    const reference = parseReference(`${small.upstream.registry.host}/siderolabs/tailscale:bad`);
    const manifest = await pushImage(client, reference, image);
    const lock = structuredClone(small.lock);
    lock.architectures.arm64!.extensions["tailscale"]!.manifest = manifest;
    return lock;
  } finally {
    await client.close();
  }
}
const tailscale = (...entries: TarEntry[]): TarEntry[] => [
  ...extensionFiles("tailscale", founding["tailscale"]!, "arm64"),
  ...entries,
];

/** The tests are about pieces and files, not about kinds of assets. */
const build = (changes: Parameters<SmallBuild["build"]>[0] = {}) =>
  small.build({ outputs: ["cmdline", "uki"], ...changes });

/** What must hold after any failure: nothing half-written, nothing in the record that is not there, and the next build is as good as the first. */
async function stillGood(): Promise<void> {
  const left = readdirSync(small.out, { recursive: true, encoding: "utf8" });
  expect(left.filter((path) => /\.(?:tmp|old)$/.test(path))).toEqual([]);
  const record = await readRecord(small.out).catch(() => undefined);
  for (const { path } of record?.roles.flatMap(({ assets }) => assets) ?? []) expect(left).toContain(path);
  fault = () => undefined;
  const again = await build({ source: cachingSource(small.upstream.client, small.cacheDir) });
  expect(again.assets.map(({ sha256 }) => sha256)).toEqual(good);
}

describe("a build from bad input", () => {
  it.each<[string, string, () => Fault]>([
    ["changes blobs", "DIGEST_MISMATCH", () => ({ corrupt: true })],
    ["cuts blobs short", "REGISTRY_UNREACHABLE", () => ({ truncateAt: 30 })],
    ["is down", "REGISTRY_UNREACHABLE", () => ({ reset: true })],
  ])("ends in one clear error when the registry %s", async (_, code, how) => {
    const caching = cachingSource(small.upstream.client, small.cacheDir);
    fault = (path) => (path.includes("/blobs/") ? how() : undefined);
    const error: unknown = await build({ source: caching }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code });
    expect((error as RolesError).hint).toBeTruthy();
    await stillGood();
  });

  it.each<[string, string, () => Promise<Lock>]>([
    ["an image for another architecture", "PLATFORM_MISSING", () => lockWith(tailscale(), "amd64")],
    [
      "modules for another kernel",
      "KERNEL_RELEASE_MISMATCH",
      async () => {
        const lock = await lockWith(
          tailscale({
            ...module("arm64", "tun", [], "6.1.0-other"),
            path: "rootfs/usr/lib/modules/6.1.0-other/extras/tun.ko",
          }),
        );
        lock.architectures.arm64!.extensions["tailscale"]!.contract.modules = [
          { name: "tun", release: "6.1.0-other", dependsOn: [] },
        ];
        return lock;
      },
    ],
    [
      "an entry that climbs out of its root",
      "ARCHIVE_PATH_ESCAPES",
      () => lockWith(tailscale(file("rootfs/../../etc/passwd"))),
    ],
    ["no manifest", "EXTENSION_INVALID", () => lockWith([file("rootfs/usr/bin/x")])],
    ["files beside its root", "EXTENSION_INVALID", () => lockWith(tailscale(file("etc/passwd")))],
    [
      "another version than the lock says",
      "READ_BACK_MISMATCH",
      () => lockWith(extensionFiles("tailscale", { ...founding["tailscale"]!, version: "9.9.9" }, "arm64")),
    ],
    [
      "a need that the lock does not have",
      "READ_BACK_MISMATCH",
      () =>
        lockWith(
          tailscale(
            file(
              "rootfs/usr/local/etc/containers/more.yaml",
              "name: more\ncontainer: {entrypoint: /x}\nrestart: always\n",
            ),
          ),
        ),
    ],
  ])("refuses an extension with %s, by name", async (_, code, lock) => {
    const error: unknown = await build({ lock: await lock() }).catch((error: unknown) => error);
    expect(error).toMatchObject({ code, message: expect.stringContaining("tailscale") as string });
    expect((error as RolesError).hint).toBeTruthy();
    await stillGood();
  });

  it("stops when it is told to, and leaves what was there", async () => {
    await build();
    const before = await readFile(join(small.out, "compute/metal-arm64-uki.efi"));
    await rm(join(small.out, "gateway"), { recursive: true });
    const stop = new AbortController();
    const reason = new RolesError("BUILD_INTERRUPTED", "stopped by the user");
    const emit = (event: { type: string; id?: string }) => {
      if (event.type === "step-started" && event.id?.startsWith("asset-gateway/")) stop.abort(reason);
    };
    await expect(build({ signal: stop.signal, emit })).rejects.toBe(reason);
    expect(await readFile(join(small.out, "compute/metal-arm64-uki.efi"))).toEqual(before);
    await stillGood();
  });

  it("takes what another build left half-done for what it is", async () => {
    const path = join(small.out, "compute", `.metal-arm64-uki.efi.${"0".repeat(12)}.tmp`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "half");
    await build();
    expect(readdirSync(dirname(path))).toContain(`.metal-arm64-uki.efi.${"0".repeat(12)}.tmp`);
    const hours = (count: number) => new Date(Date.now() - count * 3_600_000);
    const { utimes } = await import("node:fs/promises");
    await utimes(path, hours(2), hours(2));
    await build();
    expect(readdirSync(dirname(path)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("is safe for two builds at once, in one place and from one cache", async () => {
    const both = await Promise.all([build(), build()]);
    for (const { assets } of both) expect(assets.map(({ sha256 }) => sha256)).toEqual(good);
    const again = await build();
    expect(again.assets.every(({ cached }) => cached)).toBe(true);
    await stillGood();
  });
});
