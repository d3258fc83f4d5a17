import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeLock } from "../../src/catalog/make-lock.ts";
import { cachingSource } from "../../src/catalog/blob-cache.ts";
import { silent } from "../../src/events.ts";
import { zeros } from "../../src/formats/bytes.ts";
import { tarArchive, type TarEntry } from "../../src/formats/tar.ts";
import { type AssembledImage, assembleImage } from "../../src/oci/assemble.ts";
import { createRegistryClient, type RegistryClient } from "../../src/oci/client.ts";
import { documentBytes } from "../../src/oci/document.ts";
import { smallLayer } from "../../src/oci/layer.ts";
import { mediaTypes } from "../../src/oci/media-types.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { pushImage } from "../../src/oci/transfer.ts";
import { runInside } from "../helpers/cli.ts";
import { one, rolesOf } from "../helpers/roles-texts.ts";
import {
  extensionFiles,
  file,
  service,
  smallUpstream,
  type SmallUpstream,
} from "../helpers/small-upstream.ts";

let upstream: SmallUpstream;
let pusher: RegistryClient;
let folder: string;
const evil = "ghcr.io/evil/ext:v1";
const roles = rolesOf(one(evil));

beforeAll(async () => {
  upstream = await smallUpstream();
  pusher = createRegistryClient();
});
afterAll(() => Promise.all([pusher.close(), upstream.close()]));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostile-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = () => parseReference(`${upstream.registry.host}/evil/ext:v1`);
const layerOf = async (entries: readonly TarEntry[]) => smallLayer((await tarArchive(entries)).stream());
const push = (image: AssembledImage) => pushImage(pusher, at(), image);
const cacheDir = () => join(folder, "cache");
const lock = () =>
  makeLock(roles, { client: cachingSource(upstream.client, cacheDir()), cacheDir: cacheDir(), emit: silent });
const good = (rootfs: TarEntry[] = []) =>
  extensionFiles("ext", { version: "v1", files: () => rootfs }, "arm64");

/** A tar with one header field overwritten: our own writer refuses such paths. */
async function forged(path: string, type: "0" | "1" | "2", link = ""): Promise<Uint8Array> {
  const tar = await tarArchive([...good(), file("rootfs/placeholder", "")]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar.stream()) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const header = bytes.indexOf("rootfs/placeholder");
  bytes.fill(0, header, header + 100).write(path, header);
  bytes.write(type, header + 156);
  bytes.fill(0, header + 157, header + 257).write(link, header + 157);
  bytes.write("        ", header + 148);
  const sum = bytes.subarray(header, header + 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, header + 148);
  return bytes;
}
async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

describe("an extension that wants out of its folder", () => {
  it.each([
    ["../../../../tmp/owned", "0"],
    ["/../../tmp/owned", "0"],
    ["rootfs/../../../tmp/owned", "0"],
    ["rootfs/a/..", "0"],
  ] as const)("by the path %s is refused, and nothing is written anywhere", async (path, type) => {
    await push(
      assembleImage({ architecture: "arm64", layers: [await smallLayer(stream(await forged(path, type)))] }),
    );
    await expect(lock()).rejects.toMatchObject({ code: "ARCHIVE_PATH_ESCAPES" });
  });

  it.each([
    ["a hard link out of it", "../../../etc/passwd", "ARCHIVE_PATH_ESCAPES"],
    ["a hard link to nothing", "rootfs/nothing", "ARCHIVE_INVALID"],
  ])("by %s is refused", async (_, link, code) => {
    const bytes = await forged("rootfs/usr/local/etc/containers/evil.yaml", "1", link);
    await push(assembleImage({ architecture: "arm64", layers: [await smallLayer(stream(bytes))] }));
    await expect(lock()).rejects.toMatchObject({ code });
  });

  it("by a symbolic link for a service reads nothing of this computer", async () => {
    const secret = join(folder, "secret.yaml");
    await writeFile(secret, "name: stolen\ncontainer: {entrypoint: /x}\nrestart: always\n");
    const bytes = await forged("rootfs/usr/local/etc/containers/evil.yaml", "2", secret);
    await push(assembleImage({ architecture: "arm64", layers: [await smallLayer(stream(bytes))] }));
    await expect(lock()).rejects.toMatchObject({
      code: "EXTENSION_INVALID",
      message: expect.stringContaining("it is a symlink") as string,
    });
  });
});

describe("an extension that is too much", () => {
  it.each<[string, TarEntry[], string]>([
    [
      "a manifest of 64 MiB",
      [
        { path: "manifest.yaml", data: zeros(64 << 20) },
        { path: "rootfs", type: "directory" },
      ],
      "ARCHIVE_TOO_LARGE",
    ],
    [
      "a service of 64 MiB",
      good([{ path: "usr/local/etc/containers/big.yaml", data: zeros(64 << 20) }]),
      "ARCHIVE_TOO_LARGE",
    ],
    ["a YAML that unfolds", good([file("usr/local/etc/containers/lol.yaml", bomb())]), "EXTENSION_INVALID"],
    [
      "nothing but a name with escapes",
      extensionFiles("ext", { version: "v1\u001b]0;owned\u0007" }, "arm64"),
      "EXTENSION_INVALID",
    ],
    [
      "a name that forges a line",
      extensionFiles("ext", { version: "v1", manifestName: "ext\nWrote roles.lock.json" }, "arm64"),
      "EXTENSION_INVALID",
    ],
  ])("%s ends in one error", async (_, entries, code) => {
    await push(assembleImage({ architecture: "arm64", layers: [await layerOf(entries)] }));
    await expect(lock()).rejects.toMatchObject({ code });
  });

  it("two services of one name are refused", async () => {
    const twice = good([
      service("a", ""),
      file("usr/local/etc/containers/b.yaml", "name: a\ncontainer: {entrypoint: /x}\nrestart: always\n"),
    ]);
    await push(assembleImage({ architecture: "arm64", layers: [await layerOf(twice)] }));
    await expect(lock()).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
  });
});

/** Nine levels of ten aliases: a billion strings. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const value = level === 0 ? "lol" : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array.from({ length: 10 }, () => value).join(", ")}]\n`;
  });
  return `${levels.join("")}name: x\ncontainer: {entrypoint: /x}\nrestart: always\n`;
}

describe("a registry that lies", () => {
  it("with an index of indexes is not followed for ever", async () => {
    const inner = await push(assembleImage({ architecture: "arm64", layers: [await layerOf(good())] }));
    const platform = { os: "linux", architecture: "arm64" };
    const index = (mediaType: string, digest: string, size: number) =>
      documentBytes({
        schemaVersion: 2,
        mediaType: mediaTypes.index,
        manifests: [{ mediaType, digest, size, platform }],
      });
    const { bytes } = await upstream.client.manifest(parseReference(evil));
    const first = index(mediaTypes.manifest, inner, bytes.length);
    const digest = await pusher.pushManifest(at(), mediaTypes.index, first);
    await pusher.pushManifest(at(), mediaTypes.index, index(mediaTypes.index, digest, first.length));
    await expect(lock()).rejects.toMatchObject({
      code: "REGISTRY_PROTOCOL",
      message: expect.stringContaining("is not an image but") as string,
    });
  });

  it("in the name of an extension, with text for terminals: it is shown with its escapes written out", async () => {
    await writeFile(join(folder, "roles.yaml"), one(evil));
    await push(
      assembleImage({
        architecture: "arm64",
        layers: [await layerOf(extensionFiles("ext", { version: "v\u009b31m" }, "arm64"))],
      }),
    );
    const args = [
      "lock",
      "--mirror",
      `ghcr.io=${upstream.registry.url}`,
      "--cache-dir",
      "cache",
      "--progress",
      "plain",
    ];
    const { status, out, err } = await runInside(args, folder);
    expect(status).toBe(1);
    // oxlint-disable-next-line no-control-regex
    expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001a\u007f-\u009f]/);
    expect(await readdir(folder)).not.toContain("roles.lock.json");
  });

  it("leaves nothing of what was refused in the cache that a later run would take for good", async () => {
    await push(
      assembleImage({
        architecture: "arm64",
        layers: [await layerOf(extensionFiles("ext", { version: "v\u0007" }, "arm64"))],
      }),
    );
    await expect(lock()).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
    await expect(lock()).rejects.toMatchObject({ code: "EXTENSION_INVALID" });
    const facts = await readdir(join(cacheDir(), "facts"), { recursive: true }).catch(() => []);
    for (const name of facts.filter((one) => one.endsWith(".json")))
      expect(await readFile(join(cacheDir(), "facts", name), "utf8")).not.toContain("\\u0007");
  });
});
