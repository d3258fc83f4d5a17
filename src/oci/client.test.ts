import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collect, fromText } from "../formats/bytes.ts";
import { createRegistryClient, type RegistryClient } from "./client.ts";
import { digestOf } from "./digest.ts";
import { documentBytes } from "./document.ts";
import { parseMirror } from "./endpoint.ts";
import { imageOf, layerOf, noise } from "./fixtures/images.ts";
import { mediaTypes } from "./media-types.ts";
import { byDigest, parseReference } from "./reference.ts";
import { directoryStore } from "./registry/directory-store.ts";
import { type RunningRegistry, startRegistry } from "./registry/server.ts";
import { memoryStore } from "./registry/store.ts";
import { resolveImage } from "./resolve.ts";
import { pushImage, pushIndex } from "./transfer.ts";

let registry: RunningRegistry;
let client: RegistryClient;
let folder: string;

describe.each(["memory", "directory"])("registry client against the in-process registry in %s", (kind) => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "registry-"));
    registry = await startRegistry({ store: kind === "memory" ? memoryStore() : directoryStore(folder) });
    client = createRegistryClient({ mirrors: [parseMirror(`ghcr.io=${registry.url}`)] });
  });
  afterEach(async () => {
    await client.close();
    await registry.close();
    await rm(folder, { recursive: true });
  });
  const at = (name: string) => parseReference(`${registry.host}/${name}`);

  test("pulls through a mirror what was pushed to the registry behind it", async () => {
    const built = await imageOf("hello");
    await pushImage(client, at("siderolabs/drbd:v1"), built);
    const found = await resolveImage(client, parseReference("ghcr.io/siderolabs/drbd:v1"), "arm64");
    expect(found.descriptor.digest).toBe(built.descriptor.digest);
    expect(found.bytes).toBe(built.layers[0]?.descriptor.size);
    expect(await collect(found.blob(found.manifest.config), 1 << 20)).toEqual(Buffer.from(built.config));
  });

  test("chooses the architecture in an index and refuses one that is not there", async () => {
    const [arm, amd] = [await imageOf("a"), await imageOf("b", { architecture: "amd64" })];
    await pushIndex(client, at("siderolabs/zfs:v1"), [arm, amd]);
    const reference = parseReference("ghcr.io/siderolabs/zfs:v1");
    expect((await resolveImage(client, reference, "amd64")).descriptor.digest).toBe(amd.descriptor.digest);
    expect((await resolveImage(client, reference, "any")).descriptor.digest).toBe(arm.descriptor.digest);
    await expect(resolveImage(client, reference, "riscv64")).rejects.toMatchObject({
      code: "PLATFORM_MISSING",
    });
  });

  test("refuses a single image that was built for another architecture", async () => {
    await pushImage(client, at("a/b:v1"), await imageOf("a", { architecture: "amd64" }));
    await expect(resolveImage(client, at("a/b:v1"), "arm64")).rejects.toMatchObject({
      code: "PLATFORM_MISSING",
    });
  });

  test("does not send what the registry has, and mounts what another repository has", async () => {
    const built = await imageOf(noise(1000));
    const [layer] = built.layers;
    const push = (name: string, mountFrom?: string) =>
      client.pushBlob(
        at(name),
        layer!.descriptor,
        layer!.content,
        mountFrom === undefined ? {} : { mountFrom },
      );
    expect(await push("a/b")).toBe(true);
    expect(await push("a/b")).toBe(false);
    expect(await push("c/d", "a/b")).toBe(false);
    expect(await push("e/f", "no/such")).toBe(true);
  });

  test("pushes in pieces", async () => {
    const pieces = createRegistryClient({ chunkSize: 1000 });
    const layer = await layerOf({ big: noise(4000) });
    await pieces.pushBlob(at("a/b"), layer.descriptor, layer.content);
    const sent = await collect(pieces.blob(at("a/b"), layer.descriptor), 1 << 20);
    expect(digestOf(sent)).toBe(layer.descriptor.digest);
    expect(registry.requests.filter((line) => line.startsWith("PATCH")).length).toBeGreaterThan(3);
    await pieces.close();
  });

  test("lists tags through pages", async () => {
    const built = await imageOf("a");
    const tags = Array.from({ length: 5 }, (_, index) => `v${index}`);
    for (const tag of tags) await pushImage(client, at(`a/b:${tag}`), built);
    expect(await client.tags(at("a/b"))).toEqual(tags);
    const page = await fetch(`${registry.url}/v2/a/b/tags/list?n=2`);
    expect(page.headers.get("link")).toContain("last=v1");
    await expect(client.tags(at("no/such"))).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
  });

  test("finds what refers to an image", async () => {
    const built = await imageOf("a");
    await pushImage(client, at("a/b:v1"), built);
    const empty = fromText("{}");
    const emptyDescriptor = { mediaType: mediaTypes.empty, digest: digestOf("{}"), size: 2 };
    await client.pushBlob(at("a/b"), emptyDescriptor, empty);
    const signature = documentBytes({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: "application/example",
      config: emptyDescriptor,
      layers: [emptyDescriptor],
      subject: built.descriptor,
    });
    const digest = digestOf(signature);
    await client.pushManifest(byDigest(at("a/b"), digest), mediaTypes.manifest, signature);
    expect(await client.referrers(at("a/b"), built.descriptor.digest)).toMatchObject([
      { digest, artifactType: "application/example" },
    ]);
    expect(await client.referrers(at("a/b"), digest)).toEqual([]);
    expect(await client.tags(at("a/b"))).toEqual(["v1"]);
  });

  test("names what is not there", async () => {
    await expect(client.manifest(at("no/such:v1"))).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
    const blob = client.blob(at("no/such"), { mediaType: "", digest: digestOf("x"), size: 1 });
    await expect(collect(blob, 9)).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
  });

  test("the registry refuses content that is not what it is called", async () => {
    const wrong = { mediaType: "", digest: digestOf("other"), size: 4 };
    await expect(client.pushBlob(at("a/b"), wrong, fromText("some"))).rejects.toMatchObject({
      code: "REGISTRY_PROTOCOL",
    });
    const image = await imageOf("a");
    const push = client.pushManifest(at("a/b:v1"), mediaTypes.manifest, image.manifest);
    await expect(push).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
    const noManifest = client.pushManifest(at("a/b:v1"), mediaTypes.manifest, notAManifest());
    await expect(noManifest).rejects.toMatchObject({ code: "REGISTRY_PROTOCOL" });
  });
});

const notAManifest = (): Uint8Array => new TextEncoder().encode('{"schemaVersion":2}');
