import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestImage, release, type TestImage, testInitramfs } from "../../tests/helpers/test-image.ts";
import { type ByteSource, collect, concat, fromBytes, fromText } from "../formats/bytes.ts";
import { cpioArchive } from "../formats/cpio.ts";
import { inspectInitramfs } from "./initramfs.ts";

const folder = mkdtempSync(join(tmpdir(), "inspect-"));
let image: TestImage;
beforeAll(async () => {
  image = await makeTestImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const ids = async (source: ByteSource): Promise<string[]> =>
  (await inspectInitramfs(source)).notices.map(({ id }) => id);
const order = () => Object.keys(image.segments);

describe("inspecting an initramfs", () => {
  test("tells version, architecture, kernel, extensions and contract from the bytes alone", async () => {
    const found = await inspectInitramfs(testInitramfs(image));
    expect(found).toMatchObject({
      kind: "initramfs",
      talosVersion: "v1.13.6",
      arch: "arm64",
      kernelRelease: release,
      cmdline: null,
      extensions: [
        { name: "drbd", version: "9.2.14-v1.13.6" },
        { name: "zfs", version: "2.3.4-v1.13.6" },
        { name: "tailscale", version: "1.90.0" },
      ],
    });
    expect(found.contract).toEqual({
      services: [
        {
          name: "tailscale",
          extension: "tailscale",
          waitsFor: {
            configuration: true,
            time: false,
            paths: [],
            services: [],
            network: ["addresses", "connectivity"],
          },
          restart: "always",
        },
      ],
      modules: [
        { name: "drbd", release, dependsOn: ["lru_cache"] },
        { name: "zfs", release, dependsOn: [] },
      ],
      criParts: ["10-drbd.part"],
      firmwareBytes: 13,
      emptyOn: [],
    });
    expect(found.notices).toEqual([
      { id: "stand-in", severity: "info", text: expect.stringContaining("extension zfs") as string },
    ]);
  });

  test("tells segments and layers in their order, each with its hash", async () => {
    const source = testInitramfs(image);
    const { initramfs } = await inspectInitramfs(source);
    expect(initramfs.segments.map(({ compression }) => compression)).toEqual([
      "plain",
      ...Array<string>(7).fill("zstd"),
    ]);
    expect(initramfs.segments.map(({ entries }) => entries.map(({ path }) => path).at(-1))).toEqual([
      "kernel/x86/microcode/GenuineIntel.bin",
      "rootfs.sqsh",
      "drbd.sqsh",
      "zfs.sqsh",
      "usr/lib/firmware/zfs.bin",
      "tailscale.sqsh",
      "modules.dep.sqsh",
      "extensions.yaml",
    ]);
    expect(initramfs.layers.map(({ file, contract }) => [file, contract.firmwareBytes])).toEqual([
      ["drbd.sqsh", 0],
      ["zfs.sqsh", 8],
      ["tailscale.sqsh", 0],
      ["modules.dep.sqsh", 0],
    ]);
    const hashes = [initramfs, ...initramfs.layers, ...initramfs.segments].map(({ sha256 }) => sha256);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  test("the same segments in another order are told apart", async () => {
    const before = await inspectInitramfs(testInitramfs(image));
    const [microcode, drbd, zfs, ...rest] = order();
    const after = await inspectInitramfs(testInitramfs(image, [microcode!, zfs!, drbd!, ...rest]));
    expect(after.initramfs.sha256).not.toBe(before.initramfs.sha256);
    const hashes = (found: typeof before) => found.initramfs.segments.map(({ sha256 }) => sha256);
    expect(hashes(after)).not.toEqual(hashes(before));
    expect(hashes(after).sort()).toEqual(hashes(before).sort());
  });

  test.each([
    ["drbd", "layer-missing"],
    ["tailscale", "layer-missing"],
    ["modulesDep", "layer-missing"],
    ["modulesDep", "modules-dep-missing"],
    ["yaml", "layer-unlisted"],
  ])("without its segment %s: %s", async (name, id) => {
    expect(
      await ids(
        testInitramfs(
          image,
          order().filter((each) => each !== name),
        ),
      ),
    ).toContain(id);
  });

  test("every flipped byte changes what is told, or is an error", async () => {
    const good = Buffer.from(await collect(testInitramfs(image).stream(), 1 << 24));
    const before = await inspectInitramfs(fromBytes(good));
    const step = Math.ceil(good.length / 25);
    for (let at = 3; at < good.length; at += step) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x10;
      const after = await inspectInitramfs(fromBytes(bad)).catch((error: unknown) => error);
      if (after instanceof Error) expect(after).toHaveProperty("code");
      else expect(after).not.toEqual(before);
    }
  });

  test("what Linux would drop or could not start is named", async () => {
    const entry = (path: string, mode = 0o100644) => ({ path, mode, data: fromText("x") });
    const stray = cpioArchive([entry("etc/nowhere/file")]);
    expect(await ids(concat(testInitramfs(image), pad(testInitramfs(image)), stray))).toContain(
      "parent-missing",
    );
    expect(await ids(cpioArchive([entry("hello")]))).toEqual([
      "rootfs-missing",
      "arch-unknown",
      "boot-files-missing",
    ]);
  });

  test("a damaged layer is named, and the rest is still told", async () => {
    const broken = cpioArchive([{ path: "drbd.sqsh", mode: 0o100644, data: fromText("no squashfs") }]);
    const found = await inspectInitramfs(concat(testInitramfs(image), pad(testInitramfs(image)), broken));
    expect(found.notices.map(({ id }) => id)).toContain("layer-invalid");
    expect(found.extensions.length).toBe(3);
  });

  test("an entry that climbs out of its root, and a list that is none", async () => {
    const archive = (path: string, text: string) =>
      cpioArchive([{ path, mode: 0o100644, data: fromText(text) }]);
    await expect(inspectInitramfs(archive("../etc/passwd", "x"))).rejects.toMatchObject({
      code: "ARCHIVE_PATH_ESCAPES",
    });
    for (const yaml of ["layers: [1]", "layers: {", "- a", "layers: [{image: 5x, metadata: []}]"])
      await expect(inspectInitramfs(archive("extensions.yaml", yaml))).rejects.toMatchObject({
        code: "FORMAT_INVALID",
      });
  });
});

const pad = (source: ByteSource): ByteSource => fromBytes(new Uint8Array((4 - (source.size % 4)) % 4));
