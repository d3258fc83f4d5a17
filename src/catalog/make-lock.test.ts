import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  file,
  founding,
  module,
  release,
  service,
  type SmallExtension,
  smallUpstream,
  type SmallUpstream,
} from "../../tests/helpers/small-upstream.ts";
import { adr, one, rolesOf } from "../../tests/helpers/roles-texts.ts";
import type { RolesEvent } from "../events.ts";
import type { Arch } from "../talos/arch.ts";
import { cachingSource } from "./blob-cache.ts";
import { lockText, parseLock } from "./lock-file.ts";
import { type LockOptions, makeLock } from "./make-lock.ts";

let upstream: SmallUpstream;
let cacheDir: string;
let events: RolesEvent[];
const lock = (text: string = adr, options: Partial<LockOptions> = {}) =>
  makeLock(rolesOf(text), {
    client: upstream.client,
    emit: (event) => events.push(event),
    cacheDir,
    ...options,
  });

beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), "lock-"));
  events = [];
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

describe("makeLock", () => {
  beforeAll(async () => {
    upstream = await smallUpstream();
  });
  afterAll(() => upstream.close());

  it("pins every input and reads the contracts", async () => {
    const made = await lock();
    const { arm64 } = made.architectures;
    expect(arm64?.kernelRelease).toBe(release);
    expect(arm64?.base.repository).toBe("ghcr.io/siderolabs/installer-base");
    expect(arm64?.bootFiles.repository).toBe("ghcr.io/siderolabs/imager");
    expect(Object.keys(arm64?.extensions ?? {})).toEqual(["drbd", "spin", "tailscale", "zfs"]);
    expect(arm64?.extensions["drbd"]).toMatchObject({
      name: "drbd",
      version: "9.2.14-v1.13.6",
      tag: "9.2.14-v1.13.6",
    });
    const gateway = made.roles["gateway"]?.arm64;
    expect(gateway?.extensions).toEqual(["drbd", "zfs", "spin", "tailscale"]);
    expect(gateway?.contract.modules.map(({ name }) => name)).toEqual([
      "drbd",
      "drbd_transport_tcp",
      "spl",
      "zfs",
    ]);
    expect(gateway?.contract.services.map(({ name, extension }) => [name, extension])).toEqual([
      ["zfs-service", "zfs"],
      ["tailscale", "tailscale"],
    ]);
    expect(gateway?.contract.criParts).toEqual(["10-spin.part"]);
    expect(made.roles["compute"]?.arm64?.schematic).toBe(
      "5b3bba0ae2e83349e7ce3892db4dd1f6447e38fd4da3c428516616f9866a7f86",
    );
  });

  it("is the same text every time, and reads back", async () => {
    const [first, second] = [await lock(), await lock(undefined, { cacheDir: join(cacheDir, "other") })];
    expect(lockText(second)).toBe(lockText(first));
    expect(lockText(parseLock(lockText(first), "roles.lock.json"))).toBe(lockText(first));
  });

  it("asks for no blob of an extension a second time", async () => {
    const client = cachingSource(upstream.client, cacheDir);
    await lock(undefined, { client });
    upstream.registry.requests.length = 0;
    const made = await lock(undefined, { client });
    expect(
      upstream.registry.requests.filter(
        (request) => /drbd|zfs|imager|base/.test(request) && request.includes("/blobs/"),
      ),
    ).toEqual([]);
    expect(events.filter((event) => event.type === "step-finished" && event.cached)).toHaveLength(5);
    upstream.registry.requests.length = 0;
    await lock(undefined, { client, previous: made });
    // Nothing is looked up but tags of the base images.
    expect(upstream.registry.requests.filter((request) => !request.includes("/manifests/v1"))).toEqual([]);
  });

  it("locks each architecture that a role is built for", async () => {
    const made = await lock(
      adr.replace("arm64", "[amd64, arm64]").replace("like: compute", "like: compute\n    arch: arm64"),
    );
    expect(Object.keys(made.roles["compute"] ?? {})).toEqual(["amd64", "arm64"]);
    expect(Object.keys(made.roles["gateway"] ?? {})).toEqual(["arm64"]);
    expect(Object.keys(made.architectures.amd64?.extensions ?? {})).toEqual(["drbd", "spin", "zfs"]);
    expect(made.architectures.amd64?.extensions["drbd"]?.manifest).not.toBe(
      made.architectures.arm64?.extensions["drbd"]?.manifest,
    );
  });

  it("knows an extension by all its names", async () => {
    const made = await lock(one("siderolabs/drbd, drbd, ghcr.io/siderolabs/drbd"));
    expect(made.roles["compute"]?.arm64?.extensions).toEqual(["drbd"]);
  });

  it("takes extensions from anywhere, by tag or by digest", async () => {
    const reference = await upstream.publish(
      "acme-tool",
      { version: "1.0", files: () => [file("usr/local/bin/tool")] },
      { listed: false },
    );
    const byTag = await lock(one("ghcr.io/siderolabs/acme-tool:1.0"));
    const locked = byTag.architectures.arm64?.extensions["ghcr.io/siderolabs/acme-tool:1.0"];
    expect(locked).toMatchObject({ name: "acme-tool", tag: "1.0" });
    expect(byTag.roles["compute"]?.arm64?.schematic).toBeNull();
    expect(byTag.roles["compute"]?.arm64?.schematicReason).toContain("official extensions only");
    const short = reference.replace(":1.0", "");
    const byDigest = await lock(one(short));
    expect(byDigest.architectures.arm64?.extensions[short]).toMatchObject({
      manifest: locked?.manifest,
      tag: "",
    });
  });

  it("uses the base's own boot files where the registry has no imager", async () => {
    const other = await smallUpstream(founding, { imager: false });
    const made = await lock(undefined, { client: other.client });
    expect(made.architectures.arm64?.bootFiles).toEqual(made.architectures.arm64?.base);
    await other.close();
  });

  it("warns of an extension that has nothing for the architecture, as its image shows", async () => {
    const files = (arch: Arch) => (arch === "amd64" ? [file("usr/lib/firmware/i915/x.bin")] : []);
    await upstream.publish("i915", { version: "1", files });
    await upstream.publish("amd-ucode", {
      version: "1",
      files: () => [file("usr/lib/firmware/amd-ucode/microcode_amd.bin")],
    });
    const made = await lock(one("i915, amd-ucode"));
    expect(made.roles["compute"]?.arm64?.contract.emptyOn).toEqual(["arm64"]);
    const notes = events.flatMap((event) => (event.type === "note" ? event.text : []));
    expect(notes.sort()).toEqual([
      "amd-ucode in compute: its image has nothing for arm64; remove it from roles that are arm64 only",
      "i915 in compute: its image has nothing for arm64; remove it from roles that are arm64 only",
    ]);
    const amd64 = await lock(one("i915, amd-ucode").replace("arch: arm64", "arch: amd64"));
    expect(amd64.roles["compute"]?.amd64?.contract).toMatchObject({ emptyOn: [], firmwareBytes: 71 });
  });

  it.each<[string, string, SmallExtension, string]>([
    ["is for another Talos", "old", { version: "1", compatibility: "<1.13.0" }, "EXTENSION_INCOMPATIBLE"],
    [
      "has files where /usr was not merged",
      "split",
      { version: "1", files: () => [file("lib/modules/x")] },
      "EXTENSION_INCOMPATIBLE",
    ],
    [
      "has modules for another kernel",
      "far",
      { version: "1", files: (arch) => [module(arch, "x", [], "6.1.0-talos")] },
      "KERNEL_RELEASE_MISMATCH",
    ],
    [
      "has modules that lie in the wrong folder",
      "odd",
      {
        version: "1",
        files: (arch) => [{ ...module(arch, "x", [], "6.1.0"), path: `usr/lib/modules/${release}/x.ko` }],
      },
      "KERNEL_RELEASE_MISMATCH",
    ],
    [
      "has modules for another architecture",
      "alien",
      { version: "1", files: () => [module("amd64", "x")] },
      "EXTENSION_INVALID",
    ],
    [
      "has a service that Talos would skip",
      "mute",
      { version: "1", files: () => [service("s", "depends: [{time: false}]")] },
      "EXTENSION_INVALID",
    ],
    [
      "has the same service twice",
      "twice",
      {
        version: "1",
        files: () => [service("s", ""), { ...service("s", ""), path: "usr/local/etc/containers/t.yaml" }],
      },
      "EXTENSION_INVALID",
    ],
    [
      "has a range that cannot be read",
      "range",
      { version: "1", compatibility: "~1.13" },
      "EXTENSION_INVALID",
    ],
  ])("refuses an extension that %s", async (_, name, extension, code) => {
    await upstream.publish(name, extension);
    await expect(lock(one(name))).rejects.toMatchObject({
      code,
      message: expect.stringContaining("roles.yaml:3:3: role compute") as string,
    });
  });

  it("names the nearest where an extension is not known", async () => {
    await expect(lock(one("tailscal"))).rejects.toMatchObject({
      code: "EXTENSION_UNKNOWN",
      hint: "Did you mean `tailscale`?",
    });
  });

  it.each(["v1.8.4", "v2.1.0"])("refuses Talos %s before it asks for anything", async (talos) => {
    upstream.registry.requests.length = 0;
    await expect(lock(one("drbd").replace("v1.13.6", talos))).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(upstream.registry.requests).toEqual([]);
  });

  it("warns of a Talos that is newer than what is known", async () => {
    const next = await smallUpstream(founding, { talos: "v1.15.0" });
    const made = await lock(one("spin").replace("v1.13.6", "v1.15.0"), { client: next.client });
    await next.close();
    expect(made.talos).toBe("v1.15.0");
    expect(events).toContainEqual({
      type: "note",
      level: "warning",
      text: expect.stringContaining("newer than what is known here (1.9 to 1.14)") as string,
    });
  });

  it("says that there is no list where the Talos version does not exist", async () => {
    await expect(lock(one("drbd").replace("v1.13.6", "v1.13.99"))).rejects.toMatchObject({
      code: "REGISTRY_NOT_FOUND",
    });
  });
});
