import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  cmdline,
  makeTestImage,
  release,
  type TestImage,
  testInitramfs,
  testUki,
} from "../../tests/helpers/test-image.ts";
import { fromBytes, fromText } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { tarArchive, type TarEntry } from "../formats/tar.ts";
import { type AssembledImage, assembleImage } from "../oci/assemble.ts";
import { createRegistryClient, type RegistryClient } from "../oci/client.ts";
import { openLayout } from "../oci/layout.ts";
import { smallLayer } from "../oci/layer.ts";
import { parseReference } from "../oci/reference.ts";
import { type RunningRegistry, startRegistry } from "../oci/registry/server.ts";
import { addImage, pushImage } from "../oci/transfer.ts";
import type { Inspection } from "./inspection.ts";
import { inspectTarget } from "./target.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "target-"));
const at = (name: string): string => join(folder, name);
const name = parseReference("ghcr.io/urmanac/moon/talos-gateway:v1.13.6");

let image: TestImage;
let uki: Uint8Array;
let registry: RunningRegistry;
let client: RegistryClient;

const inspect = (text: string, arch?: string): Promise<Inspection> =>
  inspectTarget(text, { registry: client, ...(arch === undefined ? {} : { arch }) });
const labels = { Labels: { "alpha.talos.dev/version": "v1.13.6" } };
const assembled = async (entries: TarEntry[], config: object = labels, architecture = "arm64") =>
  assembleImage({
    architecture,
    config: config as Record<string, unknown>,
    layers: [await smallLayer((await tarArchive(entries)).stream())],
  });
const installer = (entries: TarEntry[] = []): Promise<AssembledImage> =>
  assembled([
    { path: "usr/install/arm64/vmlinuz.efi", mode: 0, data: fromBytes(uki) },
    { path: "usr/install/arm64/systemd-boot.efi", mode: 0, data: fromText("sd-boot") },
    { path: "bin/installer", mode: 0o755, data: fromText("#!") },
    ...entries,
  ]);

beforeAll(async () => {
  image = await makeTestImage(folder);
  await writeFileWhole(at("uki.efi"), (await testUki(image)).stream());
  uki = readFileSync(at("uki.efi"));
  await writeFileWhole(at("initramfs.xz"), testInitramfs(image).stream());
  await addImage(openLayout(at("layout")), name, await installer());
  await run("skopeo", [
    "--override-arch",
    "arm64",
    "copy",
    `oci:${at("layout")}:ghcr.io/urmanac/moon/talos-gateway:v1.13.6`,
    `docker-archive:${at("installer.tar")}:x:y`,
  ]);
  registry = await startRegistry();
  client = createRegistryClient({ mirrors: [{ registry: "ghcr.io", url: new URL(registry.url) }] });
});
afterAll(async () => {
  await client.close();
  await registry.close();
  rmSync(folder, { recursive: true });
});

describe("inspecting whatever is named", () => {
  test("a UKI, an initramfs and a kernel on disk", async () => {
    expect(await inspect(at("uki.efi"))).toMatchObject({ kind: "uki", arch: "arm64", cmdline });
    expect(await inspect(at("initramfs.xz"))).toMatchObject({ kind: "initramfs", kernelRelease: release });
    await writeFileWhole(at("kernel"), image.kernel.stream());
    expect(await inspect(at("kernel"))).toMatchObject({ kind: "kernel", kernelRelease: release });
  });

  test("an installer as archive, as layout and in a registry is the same", async () => {
    await pushImage(
      client,
      parseReference(`127.0.0.1:${new URL(registry.url).port}/urmanac/moon/talos-gateway:v1.13.6`),
      await installer(),
    );
    const found = await Promise.all(
      [at("installer.tar"), at("layout"), "ghcr.io/urmanac/moon/talos-gateway:v1.13.6"].map((one) =>
        inspect(one),
      ),
    );
    for (const one of found)
      expect(one).toMatchObject({
        kind: "installer",
        talosVersion: "v1.13.6",
        arch: "arm64",
        kernelRelease: release,
        cmdline,
        extensions: [{ name: "drbd" }, { name: "zfs" }, { name: "tailscale" }],
        image: {
          config: { architecture: "arm64", labels: labels.Labels },
          files: [{ path: "usr/install/arm64/systemd-boot.efi" }, { path: "usr/install/arm64/vmlinuz.efi" }],
        },
      });
    const [archive, layout, remote] = found;
    expect(remote!.image).toEqual(layout!.image);
    expect(archive!.contract).toEqual(layout!.contract);
    expect(archive!.uki).toEqual(layout!.uki);
  });

  test("an extension image", async () => {
    const manifest =
      "version: v1alpha1\nmetadata:\n  name: zfs\n  version: 2.3.4-v1.13.6\n  author: a\n  description: a stand-in\n";
    const extension = await assembled(
      [
        { path: "manifest.yaml", data: fromText(manifest) },
        { path: "rootfs", type: "directory" },
        { path: "rootfs/etc/cri/conf.d/10-x.part", data: fromText("x") },
      ],
      {},
    );
    await addImage(openLayout(at("extension")), name, extension);
    const found = await inspect(at("extension"));
    expect(found).toMatchObject({
      kind: "extension",
      extensions: [{ name: "zfs", version: "2.3.4-v1.13.6" }],
    });
    expect(found.contract.criParts).toEqual(["10-x.part"]);
    expect(found.notices.map(({ id }) => id)).toEqual(["stand-in"]);
  });

  test("an installer-base without boot files, and one from before UKIs", async () => {
    await addImage(
      openLayout(at("base")),
      name,
      await assembled([{ path: "bin/installer", data: fromText("#!") }]),
    );
    const base = await inspect(at("base"));
    expect(base).toMatchObject({ kind: "installer", talosVersion: "v1.13.6", extensions: [] });
    expect(base.notices).toMatchObject([{ id: "boot-files-missing", severity: "info" }]);
    const old = await assembled([
      { path: "usr/install/arm64/vmlinuz", data: image.kernel },
      { path: "usr/install/arm64/initramfs.xz", data: testInitramfs(image) },
    ]);
    await addImage(openLayout(at("old")), name, old);
    expect(await inspect(at("old"))).toMatchObject({
      kind: "installer",
      arch: "arm64",
      kernelRelease: release,
    });
  });

  test("what an installer says of itself and what is in it must be the same", async () => {
    const wrong = await assembled(
      [{ path: "usr/install/arm64/vmlinuz.efi", data: fromBytes(uki) }],
      { Labels: { "alpha.talos.dev/version": "v1.12.0" } },
      "amd64",
    );
    await addImage(openLayout(at("wrong")), name, wrong);
    const { notices } = await inspect(at("wrong"));
    expect(notices.filter(({ severity }) => severity === "error").map(({ id }) => id)).toEqual([
      "version-differs",
      "arch-differs",
    ]);
  });
});

describe("wrong inputs", () => {
  test("every flipped byte of an archive and of a layout is an error or changes what is told", async () => {
    const good = readFileSync(at("installer.tar"));
    const before = await inspect(at("installer.tar"));
    const step = Math.ceil(good.length / 12);
    for (let at0 = 600; at0 < good.length - 10_240; at0 += step) {
      const bad = Buffer.from(good);
      bad[at0]! ^= 0x01;
      writeFileSync(at("bad.tar"), bad);
      const after = await inspect(at("bad.tar")).catch((error: unknown) => error);
      if (after instanceof Error) expect(after).toHaveProperty("code");
      else expect(after).not.toEqual(before);
    }
  });

  test.each([
    ["FILE_NOT_FOUND", "nosuch.efi"],
    ["FILE_NOT_FOUND", "out/demo/gateway/nosuch"],
    ["FILE_NOT_FOUND", "./ghcr.io/x"],
    ["REFERENCE_INVALID", "ghcr.io/UPPER/case"],
    ["REGISTRY_NOT_FOUND", "ghcr.io/siderolabs/nosuch:v1"],
    ["PLATFORM_MISSING", "ghcr.io/urmanac/moon/talos-gateway:v1.13.6", "amd64"],
  ])("%s for %s", async (code, text, arch?: string) => {
    await expect(inspect(text, arch)).rejects.toMatchObject({ code });
  });

  test("files and folders that are something else", async () => {
    mkdirSync(at("folder"));
    writeFileSync(at("text"), "hello");
    writeFileSync(at("empty"), "");
    for (const one of ["folder", "text", "empty"])
      await expect(inspect(at(one))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
    await writeFileWhole(at("other.tar"), (await tarArchive([{ path: "a", data: fromText("b") }])).stream());
    await expect(inspect(at("other.tar"))).rejects.toMatchObject({ code: "FORMAT_INVALID" });
    await addImage(
      openLayout(at("none")),
      name,
      await assembled([{ path: "hello", data: fromText("x") }], {}),
    );
    await expect(inspect(at("none"))).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  test("a layout with several images asks for one", async () => {
    const layout = openLayout(at("two"));
    await addImage(
      layout,
      parseReference("ghcr.io/a/b:v1"),
      await assembled([{ path: "bin/installer", data: fromText("1") }]),
    );
    await addImage(
      layout,
      parseReference("ghcr.io/a/b:v2"),
      await assembled([{ path: "bin/installer", data: fromText("2") }]),
    );
    await expect(inspect(at("two"))).rejects.toMatchObject({ code: "USAGE" });
    await expect(inspect(at("layout"), "amd64")).rejects.toMatchObject({ code: "PLATFORM_MISSING" });
  });
});
