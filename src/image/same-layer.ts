import { isRolesError } from "../errors.ts";
import { collect, fromFile, sha256 } from "../formats/bytes.ts";
import type { SquashfsEntry } from "../formats/squashfs-listing.ts";
import { readSquashfs, readSuperblock } from "../formats/squashfs-read.ts";
import type { TarStreamEntry } from "../formats/tar.ts";
import { parentsOf } from "./firmware.ts";

/** What a layer must say of one path. */
interface Expected {
  type: string;
  mode: number;
  size: number;
  linkTarget: string;
  /** Lower-case hex; "" for all but files. */
  sha256: string;
}

export interface LayerForm {
  compression: "zstd" | "xz";
  signal?: AbortSignal;
}

/** As mksquashfs makes the root, and folders that a tar does not name. */
const plainFolder: Expected = { type: "directory", mode: 0o755, size: 0, linkTarget: "", sha256: "" };
/** mksquashfs fills up to a multiple of this. */
const PADDING = 4096;
const BLOCK_SIZE = 128 << 10;

/**
 * What speaks against the squashfs image at `path` being the layer of `entries`; undefined when it holds exactly these: names, types, modes,
 * owners, times, link targets and every byte of every file. Entries are read once, and their errors are thrown.
 */
export async function layerFault(
  path: string,
  entries: AsyncIterable<TarStreamEntry>,
  form: LayerForm,
): Promise<string | undefined> {
  const expected = await expectedOf(entries);
  try {
    return (await formFault(path, form)) ?? (await contentFault(path, expected, form));
  } catch (error) {
    // Whatever its reader dislikes is a fault of the layer; only the user's own stop is not.
    form.signal?.throwIfAborted();
    if (isRolesError(error)) return error.message;
    throw error;
  }
}

async function expectedOf(entries: AsyncIterable<TarStreamEntry>): Promise<Map<string, Expected>> {
  const expected = new Map<string, Expected>();
  for await (const { path, type = "file", mode = 0o644, size, linkTarget = "", body } of entries) {
    const content = type === "file" ? await sha256(body) : "";
    const target = type === "symlink" ? linkTarget : "";
    expected.set(path, { type, mode: mode & 0o7777, size, linkTarget: target, sha256: content });
  }
  for (const parent of ["", ...parentsOf([...expected.keys()])])
    if (!expected.has(parent)) expected.set(parent, plainFolder);
  return expected;
}

async function formFault(path: string, { compression }: LayerForm): Promise<string | undefined> {
  const superblock = await readSuperblock(path);
  const { size, blockSize, mtime, hasXattrs } = superblock;
  if (superblock.compression !== compression) return `it is compressed with ${superblock.compression}`;
  // The listing says nothing of attributes, and a capability could hide in them.
  if (hasXattrs) return "it has extended attributes";
  if (mtime !== 0 || blockSize !== BLOCK_SIZE) return "it was packed with other settings";
  const file = await fromFile(path);
  if (file.size !== Math.ceil(size / PADDING) * PADDING) return "its size is not that of its file system";
  const rest = await collect(file.stream(size), PADDING);
  return rest.some((byte) => byte !== 0) ? "there is something behind its file system" : undefined;
}

async function contentFault(
  path: string,
  expected: ReadonlyMap<string, Expected>,
  { signal }: LayerForm,
): Promise<string | undefined> {
  const limit = [...expected.values()].reduce((sum, { size }) => sum + size, 0);
  const seen = new Set<string>();
  for await (const { header, body } of readSquashfs(path, { limit, ...(signal ? { signal } : {}) })) {
    const want = expected.get(header.path);
    if (!want || seen.has(header.path)) return `it has ${JSON.stringify(header.path)}, which does not belong`;
    seen.add(header.path);
    if (!isSame(header, want) || (want.type === "file" && (await sha256(body)) !== want.sha256))
      return `${JSON.stringify(header.path)} in it is another`;
  }
  const lacking = [...expected.keys()].find((one) => !seen.has(one));
  return lacking === undefined ? undefined : `it lacks ${JSON.stringify(lacking)}`;
}

const isSame = (found: SquashfsEntry, want: Expected): boolean =>
  found.type === want.type &&
  found.mode === want.mode &&
  found.size === want.size &&
  found.linkTarget === want.linkTarget &&
  found.uid === 0 &&
  found.gid === 0 &&
  found.mtime === 0;
