import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cachingSource } from "../../src/catalog/blob-cache.ts";
import type { Lock } from "../../src/catalog/lock-model.ts";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { silent } from "../../src/events.ts";
import { adr, rolesOf } from "../helpers/roles-texts.ts";
import { founding, smallUpstream, type SmallUpstream } from "../helpers/small-upstream.ts";

let upstream: SmallUpstream;
let cacheDir: string;
beforeEach(async () => {
  upstream = await smallUpstream();
  cacheDir = await mkdtemp(join(tmpdir(), "lock-cache-"));
});
afterEach(async () => {
  await upstream.close();
  await rm(cacheDir, { recursive: true });
});

const lock = (more: { previous?: Lock; update?: true } = {}) => {
  upstream.registry.requests.length = 0;
  return makeLock(rolesOf(adr), {
    client: cachingSource(upstream.client, cacheDir),
    cacheDir,
    emit: silent,
    ...more,
  });
};
const asked = (part: string): string[] =>
  upstream.registry.requests.filter((request) => request.includes(part));

it("every blob is fetched once, and never again: also by another lock, and by one that looks everything up anew", async () => {
  const first = await lock();
  const blobs = asked("/blobs/");
  expect(new Set(blobs).size).toBe(blobs.length);
  expect(blobs.length).toBeGreaterThan(10);
  expect(await lock()).toEqual(first);
  expect(asked("/blobs/")).toEqual([]);
  expect(await lock({ previous: first, update: true })).toEqual(first);
  expect(asked("/blobs/")).toEqual([]);
});

it("what is pinned costs no request at all", async () => {
  const previous = await lock();
  await lock({ previous });
  expect(upstream.registry.requests).toEqual([]);
});

it("what moved is fetched, and nothing else", async () => {
  const previous = await lock();
  await upstream.publish("drbd", { ...founding["drbd"]!, version: "9.2.16-v1.13.6" });
  const next = await lock({ previous, update: true });
  expect(next.architectures.arm64?.extensions["drbd"]?.version).toBe("9.2.16-v1.13.6");
  const repositories = asked("/blobs/").map((request) => /siderolabs\/([a-z-]+)\//.exec(request)?.[1]);
  expect(new Set(repositories)).toEqual(new Set(["drbd", "extensions"]));
});
