import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { adr, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { smallUpstream, type SmallUpstream } from "../../tests/helpers/small-upstream.ts";
import { RolesError } from "../errors.ts";
import { silent } from "../events.ts";
import { createRegistryClient } from "../oci/client.ts";
import { parseMirror } from "../oci/endpoint.ts";
import { flatten } from "../oci/flatten.ts";
import { startRegistry } from "../oci/registry/server.ts";
import { parseReference } from "../oci/reference.ts";
import { resolveImage } from "../oci/resolve.ts";
import type { ImageSource } from "../oci/source.ts";
import { lockText } from "./lock-file.ts";
import type { Lock } from "./lock-model.ts";
import { makeLock } from "./make-lock.ts";
import { mirrorLock } from "./mirror.ts";
import { layoutTarget, registryTarget } from "./mirror-target.ts";
import { offlineSource } from "./offline-source.ts";
import { pinReference } from "./pin.ts";

let upstream: SmallUpstream;
let folder: string;
let lock: Lock;
const roles = rolesOf(adr.replace("arch: arm64", "arch: [arm64, amd64]"));

beforeAll(async () => {
  upstream = await smallUpstream();
  lock = await makeLock(roles, { client: upstream.client, emit: silent });
});
afterAll(() => upstream.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mirror-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const mirror = (target = layoutTarget(folder)) =>
  mirrorLock(lock, { client: upstream.client, target, emit: silent });

async function* broken(): AsyncGenerator<Uint8Array> {
  yield await Promise.reject(new RolesError("REGISTRY_UNREACHABLE", "broken"));
}

describe("mirrorLock", () => {
  it("makes a layout from which every pinned image can be read, and the same lock made, with no registry at all", async () => {
    const images = await mirror();
    expect(images.map(({ name }) => name)).toContain("ghcr.io/siderolabs/drbd:9.2.14-v1.13.6");
    const source = await offlineSource(folder);
    for (const [arch, locked] of Object.entries(lock.architectures)) {
      for (const pin of [locked.base, locked.bootFiles, ...Object.values(locked.extensions)]) {
        const image = await resolveImage(source, pinReference(pin), arch);
        for await (const { body } of flatten(image)) for await (const _ of body);
      }
    }
    expect(lockText(await makeLock(roles, { client: source, emit: silent }))).toBe(lockText(lock));
  });

  it("copies nothing twice", async () => {
    await mirror();
    const before = readdirSync(join(folder, "blobs", "sha256")).sort();
    upstream.registry.requests.length = 0;
    await mirror();
    expect(readdirSync(join(folder, "blobs", "sha256")).sort()).toEqual(before);
    // One config for each image, the list's twice: no layer.
    const images = 2 * 6 + 1;
    const blobs = upstream.registry.requests.filter((request) => request.includes("/blobs/"));
    expect(blobs).toHaveLength(images + 1);
  });

  it("is a layout that skopeo reads", async () => {
    await mirror();
    const reference = `oci:${folder}:ghcr.io/siderolabs/zfs:2.4.3-v1.13.6`;
    const found = JSON.parse(
      execFileSync("skopeo", ["inspect", "--override-arch", "arm64", reference], { encoding: "utf8" }),
    ) as { Architecture: string };
    expect(found.Architecture).toBe("arm64");
  });

  it("is the same bytes every time", async () => {
    await mirror();
    const index = readFileSync(join(folder, "index.json"), "utf8");
    const other = mkdtempSync(join(tmpdir(), "mirror-"));
    await mirror(layoutTarget(other));
    expect(readFileSync(join(other, "index.json"), "utf8")).toBe(index);
    rmSync(other, { recursive: true });
  });

  it("fills a registry, which then stands in for the one it was copied from", async () => {
    const registry = await startRegistry();
    const pusher = createRegistryClient();
    await mirror(registryTarget(pusher, registry.host));
    const client = createRegistryClient({ mirrors: [parseMirror(`ghcr.io=${registry.url}`)] });
    const again = await makeLock(roles, { client, emit: silent, previous: lock });
    expect(again.roles).toEqual(lock.roles);
    await Promise.all([client.close(), pusher.close()]);
    await registry.close();
  });

  it("leaves no list of images behind when it fails", async () => {
    const blob: ImageSource["blob"] = (reference, descriptor) =>
      reference.repository.endsWith("imager") ? broken() : upstream.client.blob(reference, descriptor);
    const client = { ...upstream.client, blob };
    await expect(
      mirrorLock(lock, { client, target: layoutTarget(folder), emit: silent }),
    ).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
    await expect(offlineSource(folder)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
  });

  it("names the mirror and the image where it lacks one", async () => {
    await mirror();
    const source = await offlineSource(folder);
    const reference = parseReference("ghcr.io/siderolabs/nebula:1.10.0");
    await expect(source.manifest(reference)).rejects.toMatchObject({
      code: "REGISTRY_NOT_FOUND",
      message: expect.stringContaining("ghcr.io/siderolabs/nebula:1.10.0") as string,
    });
  });
});
