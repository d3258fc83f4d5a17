import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { adr, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { silent } from "../events.ts";
import type { Fault } from "../oci/registry/faults.ts";
import { cachingSource } from "./blob-cache.ts";
import { lockText } from "./lock-file.ts";
import { makeLock } from "./make-lock.ts";

let upstream: SmallUpstream;
let cacheDir: string;
let fault: (path: string, count: number) => Fault | undefined = () => undefined;
let good: string;

const lock = async (cached = true) => {
  const { client } = upstream;
  const options = cached ? { client: cachingSource(client, cacheDir), cacheDir } : { client };
  return lockText(await makeLock(rolesOf(adr), { ...options, emit: silent }));
};
const reply = (status: number, headers: Record<string, string> = {}): Fault => ({
  reply: { status, headers },
});

beforeAll(async () => {
  upstream = await smallUpstream(undefined, { faults: ({ path, count }) => fault(path, count) });
  good = await lock(false);
});
afterAll(() => upstream.close());
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), "faults-"));
});
afterEach(() => {
  fault = () => undefined;
  rmSync(cacheDir, { recursive: true });
});

const isBlob = (path: string): boolean => path.includes("/blobs/");

describe("a lock from a bad registry", () => {
  it.each<[string, typeof fault]>([
    ["fails every third request", (_, count) => (count % 3 === 0 ? reply(503) : undefined)],
    ["resets every third connection", (_, count) => (count % 3 === 0 ? { reset: true } : undefined)],
    [
      "says 429 with Retry-After",
      (_, count) => (count % 4 === 0 ? reply(429, { "retry-after": "1" }) : undefined),
    ],
    [
      "cuts blobs short now and then",
      (path, count) => (isBlob(path) && count % 3 === 0 ? { truncateAt: 100 } : undefined),
    ],
  ])("is the same when the registry %s", async (_, how) => {
    fault = how;
    expect(await lock()).toBe(good);
  });

  it.each<[string, typeof fault, string]>([
    ["is down", () => ({ reset: true }), "REGISTRY_UNREACHABLE"],
    [
      "always cuts blobs short",
      (path) => (isBlob(path) ? { truncateAt: 10 } : undefined),
      "REGISTRY_UNREACHABLE",
    ],
    ["changes blobs", (path) => (isBlob(path) ? { corrupt: true } : undefined), "DIGEST_MISMATCH"],
  ])("ends in one clear error when the registry %s, and the cache stays good", async (_, how, code) => {
    fault = how;
    await expect(lock()).rejects.toMatchObject({ code });
    fault = () => undefined;
    expect(await lock()).toBe(good);
  });

  it("stops at the first error, with nothing left running", async () => {
    fault = (path) => (path.includes("tailscale/manifests") ? reply(404) : undefined);
    await expect(lock()).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
    const before = upstream.registry.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(upstream.registry.requests.length).toBe(before);
  });

  it("uses no damaged file of the cache", async () => {
    await lock();
    for (const path of filesIn(cacheDir)) {
      const bytes = readFileSync(path);
      writeFileSync(
        path,
        path.includes("facts") ? "{" : Buffer.concat([bytes.subarray(1), Buffer.from("x")]),
      );
    }
    expect(await lock()).toBe(good);
  });

  it("leaves no temporary files", async () => {
    await lock();
    expect(filesIn(cacheDir).filter((path) => path.endsWith(".tmp") || path.includes("/tmp/rootfs"))).toEqual(
      [],
    );
  });
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
