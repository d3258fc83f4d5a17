import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromText } from "../formats/bytes.ts";
import { type Bench, createBench, isBlob } from "./fixtures/bench.ts";
import { mediaTypes } from "./media-types.ts";
import { parseReference } from "./reference.ts";
import type { FaultInjector } from "./registry/faults.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench.close());

const short = () => ({ status: 200, body: fromText("short") });

describe("a registry that stays broken ends in one clear error", () => {
  const reply =
    (status: number, body = "", headers: Record<string, string> = {}): FaultInjector =>
    () => ({ reply: { status, headers, body: fromText(body) } });
  const manifest = (text: string, type: string = mediaTypes.manifest) =>
    reply(200, text, { "content-type": type });
  test.each<[string, FaultInjector, string]>([
    ["500 for ever", reply(500), "REGISTRY_UNREACHABLE"],
    ["resets for ever", () => ({ reset: true }), "REGISTRY_UNREACHABLE"],
    ["no bytes of any blob", (r) => (isBlob(r) ? { truncateAt: 0 } : undefined), "REGISTRY_UNREACHABLE"],
    ["blobs that are too short", (r) => (isBlob(r) ? { reply: short() } : undefined), "BLOB_TRUNCATED"],
    ["blobs that are changed", (r) => (isBlob(r) ? { corrupt: true } : undefined), "DIGEST_MISMATCH"],
    ["403", reply(403), "REGISTRY_DENIED"],
    ["401 without a challenge", reply(401), "REGISTRY_DENIED"],
    ["404", reply(404), "REGISTRY_NOT_FOUND"],
    ["418", reply(418), "REGISTRY_PROTOCOL"],
    ["a web page", manifest("<html>", "text/html"), "REGISTRY_PROTOCOL"],
    ["an oversized manifest", manifest(" ".repeat(5 << 20)), "REGISTRY_PROTOCOL"],
    ["an empty manifest", manifest("{}"), "REGISTRY_PROTOCOL"],
    [
      "an image that is an index too",
      manifest('{"schemaVersion":2,"manifests":[],"layers":[]}'),
      "REGISTRY_PROTOCOL",
    ],
    ["a type that the document denies", manifest(`{"mediaType":"${mediaTypes.index}"}`), "REGISTRY_PROTOCOL"],
    [
      "a layer with a sha512 digest",
      manifest(
        `{"schemaVersion":2,"config":{"mediaType":"a","size":1,"digest":"sha512:${"a".repeat(128)}"},"layers":[]}`,
      ),
      "REGISTRY_PROTOCOL",
    ],
    [
      "a config of a terabyte",
      manifest(
        `{"schemaVersion":2,"config":{"mediaType":"a","size":1e12,"digest":"sha256:${"a".repeat(64)}"},"layers":[]}`,
      ),
      "REGISTRY_PROTOCOL",
    ],
    ["redirects in a circle", reply(307, "", { location: "/v2/a/b/manifests/v1" }), "REGISTRY_PROTOCOL"],
    ["a redirect to a file", reply(302, "", { location: "file:///etc/passwd" }), "REGISTRY_PROTOCOL"],
  ])("%s", async (_name, faults, code) => {
    await expect(bench.pull(await bench.started({ faults }))).rejects.toMatchObject({ code });
  });

  test("a server that never answers", async () => {
    const server = createServer(() => {});
    const host = await bench.listening(server);
    const client = bench.clientWith({
      timeout: 200,
      retries: { attempts: 2, sleep: () => Promise.resolve() },
    });
    await expect(client.manifest(parseReference(`${host}/a/b:v1`))).rejects.toMatchObject({
      code: "REGISTRY_UNREACHABLE",
    });
  });

  test("nobody is there", async () => {
    const registry = await bench.started({});
    await registry.close();
    await expect(bench.pull(registry)).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  });

  test("a manifest asked for by digest must have it", async () => {
    const registry = await bench.started({ faults: manifest('{"schemaVersion":2}') });
    const reference = parseReference(`${registry.host}/a/b@${bench.image.descriptor.digest}`);
    await expect(bench.clientWith().manifest(reference)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });
});
