import { isRolesError, RolesError } from "../errors.ts";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { collect, fromFile } from "./bytes.ts";
import { streamTool } from "./run-tool.ts";
import { parseDefinitions, type SquashfsEntry } from "./squashfs-listing.ts";
import { type SquashfsSuperblock, squashfsSuperblock, SUPERBLOCK_SIZE } from "./squashfs-superblock.ts";

export interface ReadSquashfsOptions {
  /** Only these paths and what is below them; a path that the image does not have is left out. Default: everything. */
  paths?: readonly string[];
  /** Where in the file the image starts, bytes. */
  offset?: number;
  /** Bytes of content at most, default 16 GiB: a sparse file can claim any size. */
  limit?: number;
  signal?: AbortSignal;
}

/** One entry; its body must be read before the next entry is asked for, and what is left of it is passed over then. */
export interface ReadSquashfsEntry {
  header: SquashfsEntry;
  body: AsyncGenerator<Uint8Array>;
}

const MARK = "#\n# START OF DATA - DO NOT MODIFY\n#\n";
/** More than a hundred times the listing of a Talos root file system. */
const MAX_LISTING = 64 << 20;

/**
 * The entries of a squashfs image with their content, directories before what is in them, as they come from `unsquashfs`: nothing is unpacked to disk.
 * Errors: FILE_NOT_FOUND, FORMAT_INVALID (not squashfs), ARCHIVE_INVALID (damaged), ARCHIVE_TOO_LARGE, TOOL_MISSING.
 */
export async function* readSquashfs(
  path: string,
  options: ReadSquashfsOptions = {},
): AsyncGenerator<ReadSquashfsEntry> {
  const { inodes } = await readSuperblock(path, options.offset);
  const reader = byteReader(unsquashfs(path, options));
  try {
    const entries = await listing(reader);
    if (!options.paths) checkCount(path, entries, inodes);
    checkSize(path, entries, options.limit);
    for (const header of entries) {
      const end = reader.offset + header.size;
      yield { header, body: reader.take(header.size, header.path) };
      await reader.skip(end - reader.offset, header.path);
    }
    if (!(await reader.atEnd())) throw damaged(path, "it has more data than its listing says");
  } catch (error) {
    throw isRolesError(error, "TOOL_FAILED") ? damaged(path, error.message, error) : error;
  } finally {
    await reader.close();
  }
}

/** Everything that is in a squashfs image, without content. Errors: as `readSquashfs`. */
export async function listSquashfs(
  path: string,
  { offset, signal }: Pick<ReadSquashfsOptions, "offset" | "signal"> = {},
): Promise<SquashfsEntry[]> {
  const { inodes } = await readSuperblock(path, offset);
  const reader = byteReader(
    unsquashfs(path, { ...(offset ? { offset } : {}), ...(signal ? { signal } : {}) }),
  );
  try {
    const entries = await listing(reader);
    checkCount(path, entries, inodes);
    return entries;
  } catch (error) {
    throw isRolesError(error, "TOOL_FAILED") ? damaged(path, error.message, error) : error;
  } finally {
    await reader.close();
  }
}

/** Content of one regular file in the image. Errors: as `readSquashfs`, and FILE_NOT_FOUND when the image has no such file. */
export async function* readSquashfsFile(
  path: string,
  file: string,
  options: Pick<ReadSquashfsOptions, "offset" | "signal"> = {},
): AsyncGenerator<Uint8Array> {
  for await (const { header, body } of readSquashfs(path, { ...options, paths: [file] })) {
    if (header.path !== file || header.type !== "file") continue;
    yield* body;
    return;
  }
  throw new RolesError("FILE_NOT_FOUND", `${path} has no file ${JSON.stringify(file)} in it`);
}

/** The superblock of an image in a file, checked against the file's size. Errors: FILE_NOT_FOUND, FORMAT_INVALID, ARCHIVE_INVALID. */
export async function readSuperblock(path: string, offset = 0): Promise<SquashfsSuperblock> {
  const file = await fromFile(path, offset);
  const head = await collect(file.stream(0, Math.min(SUPERBLOCK_SIZE, file.size)), SUPERBLOCK_SIZE);
  const superblock = squashfsSuperblock(head);
  if (superblock.size > file.size)
    throw damaged(path, `it is cut short: ${file.size} of ${superblock.size} bytes`);
  return superblock;
}

function unsquashfs(
  path: string,
  { paths = [], offset = 0, signal }: ReadSquashfsOptions,
): AsyncGenerator<Uint8Array> {
  const bounded = ["-da", "16", "-fr", "16"];
  const args = [
    "-q",
    "-n",
    ...bounded,
    "-o",
    String(offset),
    "-no-wild",
    "-pf",
    // Not /dev/stdout: when unsquashfs fails it removes the file that it writes, and root would lose that link.
    "/dev/fd/1",
    path,
    ...paths,
  ];
  return streamTool("unsquashfs", args, { truePipe: true, ...(signal ? { signal } : {}) });
}

async function listing(reader: ByteReader): Promise<SquashfsEntry[]> {
  for (let size = 1 << 16; ; size *= 2) {
    const bytes = Buffer.from(await reader.peek(size));
    const mark = bytes.indexOf(`\n${MARK}`);
    if (mark >= 0) {
      const text = bytes.subarray(0, mark + 1).toString("latin1");
      await reader.skip(mark + 1 + MARK.length, "the listing");
      return parseDefinitions(text);
    }
    if (bytes.length < size) {
      // Taken to the end, so that the tool's own error comes first.
      throw new RolesError("ARCHIVE_INVALID", "the squashfs image has no listing");
    }
    if (size > MAX_LISTING)
      throw new RolesError("ARCHIVE_TOO_LARGE", "the squashfs image lists too many entries");
  }
}

function checkSize(path: string, entries: SquashfsEntry[], limit = 16 * 2 ** 30): void {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > limit)
    throw new RolesError("ARCHIVE_TOO_LARGE", `the files in ${path} have ${size} bytes, more than ${limit}`);
}

/** A link target with line breaks could forge entries in the listing; the superblock says how many there are. */
function checkCount(path: string, entries: SquashfsEntry[], inodes: number): void {
  const count = entries.filter((entry) => entry.type !== "link").length;
  if (count !== inodes) throw damaged(path, `it lists ${count} entries and has ${inodes}`);
}

const damaged = (path: string, reason: string, cause?: unknown): RolesError =>
  new RolesError("ARCHIVE_INVALID", `${path} is a damaged squashfs image: ${reason}`, {
    hint: "Fetch or build it again.",
    ...(cause === undefined ? {} : { cause }),
  });
