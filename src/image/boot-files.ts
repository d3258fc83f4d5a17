import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { byteReader } from "../formats/byte-reader.ts";
import { type ByteSource, fromFile } from "../formats/bytes.ts";
import { decompress, sniffCompression } from "../formats/compression.ts";
import { readCpio } from "../formats/cpio-read.ts";
import { writeFileWhole } from "../formats/files.ts";
import { flatten } from "../oci/flatten.ts";
import { formatReference } from "../oci/reference.ts";
import type { OciImage } from "../oci/resolve.ts";
import { bootFile } from "../roles/upstream-names.ts";
import type { Arch } from "../talos/arch.ts";
import type { CacheEntry } from "./cache-entry.ts";

/** What machines boot, as upstream made it. */
export interface BootFiles {
  kernel: ByteSource;
  /** The stock initramfs. */
  initramfs: ByteSource;
  /** systemd-stub. Errors: FORMAT_INVALID where upstream has none. */
  stub(): ByteSource;
  /** systemd-boot. Errors: FORMAT_INVALID where upstream has none. */
  bootManager(): ByteSource;
}

const names = {
  kernel: "vmlinuz",
  initramfs: "initramfs.xz",
  stub: "systemd-stub.efi",
  bootManager: "systemd-boot.efi",
} as const;

/** Writes the boot files of an image into `folder`. Errors: FORMAT_INVALID without kernel or initramfs; those of the source. */
export async function writeBootFiles(image: OciImage, arch: Arch, folder: string): Promise<void> {
  const found = new Set<string>();
  const wanted = new Map(Object.values(names).map((name) => [bootFile(arch, name), name]));
  // To the end also when all are found: only there the digest of the layer is checked.
  for await (const { header, body } of flatten(image)) {
    const name = wanted.get(header.path);
    if (name === undefined || header.type !== "file") continue;
    await writeFileWhole(join(folder, name), body);
    found.add(name);
  }
  for (const name of [names.kernel, names.initramfs])
    if (!found.has(name)) throw missing(`${formatReference(image.reference)} has no ${bootFile(arch, name)}`);
}

/** Boot files as they lie in the cache. */
export async function readBootFiles({ files }: CacheEntry): Promise<BootFiles> {
  const open = async (name: string): Promise<ByteSource | undefined> => {
    const file = files[name];
    return file && fromFile(file.path);
  };
  const require = (name: string, source: ByteSource | undefined): ByteSource => {
    if (source) return source;
    throw missing(`the boot files of this Talos version have no ${name}`);
  };
  const [stub, bootManager] = [await open(names.stub), await open(names.bootManager)];
  return {
    kernel: require(names.kernel, await open(names.kernel)),
    initramfs: require(names.initramfs, await open(names.initramfs)),
    stub: () => require(names.stub, stub),
    bootManager: () => require(names.bootManager, bootManager),
  };
}

export const rootfsName = "rootfs.sqsh";

/** Takes Talos' root file system out of its stock initramfs. Errors: FORMAT_INVALID when it has none. */
export async function writeRootfs(initramfs: ByteSource, folder: string): Promise<void> {
  const reader = byteReader(initramfs.stream());
  const compression = sniffCompression(await reader.peek(6));
  await reader.close();
  let found = false;
  for await (const { header, body } of readCpio(decompress(initramfs.stream(), compression))) {
    if (header.path !== rootfsName) continue;
    await writeFileWhole(join(folder, rootfsName), body);
    found = true;
  }
  if (!found) throw missing(`the stock initramfs has no ${rootfsName}`);
}

const missing = (reason: string): RolesError =>
  new RolesError("FORMAT_INVALID", reason, {
    hint: "Check that the registry or mirror holds the images that Sidero Labs published for this Talos version.",
  });
