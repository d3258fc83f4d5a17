import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import { decompress, sniffCompression } from "../formats/compression.ts";
import { byteReader } from "../formats/byte-reader.ts";
import { readCpio } from "../formats/cpio-read.ts";
import { makeFolder, writeFileWhole } from "../formats/files.ts";
import { listSquashfs } from "../formats/squashfs-read.ts";
import { digestHex } from "../oci/digest.ts";
import { flatten } from "../oci/flatten.ts";
import { formatReference } from "../oci/reference.ts";
import type { OciImage } from "../oci/resolve.ts";
import { bootFile } from "../roles/upstream-names.ts";
import type { Arch } from "../talos/arch.ts";
import { imageFacts } from "./image-facts.ts";

const factsSchema = z.strictObject({ kernelRelease: z.string().nullable() });

/**
 * Kernel release of the boot files in an image: the one folder of modules in the root filesystem of its initramfs. Undefined where the image
 * has no initramfs for the architecture. Errors: FORMAT_INVALID, ARCHIVE_*, TOOL_MISSING, those of the source.
 */
export async function readKernelRelease(
  image: OciImage,
  arch: Arch,
  cacheDir: string | undefined,
): Promise<{ release: string | undefined; cached: boolean }> {
  const key = digestHex(image.descriptor.digest);
  const { facts, cached } = await imageFacts(
    cacheDir,
    { kind: `kernel-release-1-${arch}`, key, schema: factsSchema },
    async () => ({ kernelRelease: (await findRelease(image, arch, cacheDir)) ?? null }),
  );
  return { release: facts.kernelRelease ?? undefined, cached };
}

async function findRelease(image: OciImage, arch: Arch, cacheDir = tmpdir()): Promise<string | undefined> {
  const where = `${formatReference(image.reference)}: ${bootFile(arch, "initramfs.xz")}`;
  let release: string | undefined;
  // To the end also when it is found: only there the digest of the layer is checked.
  for await (const { header, body } of flatten(image)) {
    if (header.path !== bootFile(arch, "initramfs.xz")) continue;
    for await (const entry of readCpio(await plain(body))) {
      if (entry.header.path !== "rootfs.sqsh") continue;
      release = await inScratch(cacheDir, async (path) => {
        await writeFileWhole(path, entry.body);
        return releaseIn(path, where);
      });
    }
    if (release === undefined) throw invalid(`${where} has no rootfs.sqsh`);
  }
  return release;
}

/** The initramfs is called .xz whatever its compression. */
async function plain(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const reader = byteReader(body);
  const compression = sniffCompression(await reader.peek(6));
  return decompress(rest(reader), compression);
}

async function* rest(reader: ReturnType<typeof byteReader>): AsyncGenerator<Uint8Array> {
  while (!(await reader.atEnd())) {
    const bytes = await reader.peek(1 << 16);
    yield await reader.read(bytes.length, "initramfs");
  }
}

async function inScratch<T>(directory: string, work: (path: string) => Promise<T>): Promise<T> {
  const folder = join(directory, "tmp");
  await makeFolder(folder);
  const path = join(folder, `rootfs-${randomBytes(6).toString("hex")}.sqsh`);
  try {
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}

async function releaseIn(path: string, where: string): Promise<string> {
  const releases = new Set<string>();
  for (const entry of await listSquashfs(path)) {
    const [, release] = /^(?:usr\/)?lib\/modules\/([^/]+)$/.exec(entry.path) ?? [];
    if (release !== undefined && entry.type === "directory") releases.add(release);
  }
  const [release, another] = releases;
  if (release === undefined || another !== undefined)
    throw invalid(
      `the root filesystem in ${where} has modules for ${releases.size} kernels, and one is expected`,
    );
  return release;
}

const invalid = (reason: string) =>
  new RolesError("FORMAT_INVALID", reason, {
    hint: "Check that the image is the one that Sidero Labs published for this Talos version.",
  });
