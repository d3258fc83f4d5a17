import { stat } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { type ByteSource, collect, fromFile } from "../formats/bytes.ts";
import { sniffCompression } from "../formats/compression.ts";
import { isIso } from "../formats/iso-read.ts";
import { readPe } from "../formats/pe.ts";
import { withScratch } from "../formats/scratch.ts";
import { readDockerArchive } from "../oci/docker-archive-read.ts";
import { inspectDisk, inspectIso } from "./disk.ts";
import { inspectImage } from "./image.ts";
import { inspectInitramfs } from "./initramfs.ts";
import type { Inspection } from "./inspection.ts";
import { type Known, openKnown } from "./known.ts";
import { inspectKernel } from "./kernel.ts";
import { inspectLayout } from "./layout.ts";
import { checkDiffIds } from "./diff-ids.ts";
import { nothingFound } from "./nothing-found.ts";
import { inspectUki } from "./uki.ts";
import { unpackDisk } from "./unpack-disk.ts";

interface InspectOptions {
  /** Which image, where there are several. */
  arch?: string;
  /** What was found in the same bytes before; it is added to. */
  known?: Known;
  /** Of the file, where it was read just now. */
  sha256?: string | undefined;
}

/**
 * Reads a Talos image back from disk, whatever it is: UKI, initramfs, kernel, ISO, disk image, installer as docker-archive, or a folder that is an OCI layout.
 * Errors: FILE_NOT_FOUND, FORMAT_INVALID (nothing that is known), and those of each kind.
 */
export async function inspectFile(
  path: string,
  { arch, known = openKnown(), sha256 }: InspectOptions = {},
): Promise<Inspection> {
  if (await isFolder(path)) return inspectLayout(path, { arch, known });
  const source = await fromFile(path);
  const head = Buffer.from(await collect(source.stream(0, Math.min(1024, source.size)), 1024));
  if (await isIso(source)) return withScratch((folder) => inspectIso(path, folder, known));
  if (head.toString("latin1", 257, 262) === "ustar") return inspectArchive(source, path, known);
  const kernel = await inspectKernel(source);
  // UKI and kernel are both PE programs.
  if (kernel?.format === "PE" && (await isUki(source))) return inspectUki(source, { known, sha256 });
  if (kernel)
    return { ...nothingFound(), kind: "kernel", arch: kernel.arch, kernelRelease: kernel.release, kernel };
  const disk = await diskInside(path, known);
  if (disk) return disk;
  if (looksLikeInitramfs(head)) return inspectInitramfs(source, { known, sha256 });
  throw unknown(path);
}

const diskInside = (path: string, known: Known): Promise<Inspection | undefined> =>
  withScratch(async (folder) => {
    const disk = await unpackDisk(path, folder);
    return disk && inspectDisk(disk, folder, known);
  });

async function inspectArchive(source: ByteSource, path: string, known: Known): Promise<Inspection> {
  const { image } = await readDockerArchive(source, path);
  await checkDiffIds(image, path, known);
  return inspectImage(image, path, { known });
}

async function isFolder(path: string): Promise<boolean> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `cannot read ${path}`, { hint: "Check the path.", cause });
  });
  if (!info.isDirectory()) return false;
  const marker = join(path, "oci-layout");
  if (await stat(marker).catch(() => undefined)) return true;
  throw unknown(path);
}

const isUki = async (source: ByteSource): Promise<boolean> =>
  (await readPe(source)).sections.some(({ name }) => name === ".linux" || name === ".initrd");

/** NULs may stand before the first archive. */
function looksLikeInitramfs(head: Buffer): boolean {
  const start = head.findIndex((byte) => byte !== 0);
  const bytes = head.subarray(Math.max(0, start));
  return bytes.toString("latin1", 0, 5) === "07070" || sniffCompression(bytes) !== "none";
}

const unknown = (path: string): RolesError =>
  new RolesError("FORMAT_INVALID", `${path} is no Talos image of a kind that is known here`, {
    hint: "Give a UKI, an initramfs, a kernel, an ISO, a disk image, an installer archive, an OCI layout or an image reference.",
  });
