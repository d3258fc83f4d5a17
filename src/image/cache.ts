import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isRolesError, RolesError } from "../errors.ts";
import { type Emit, silent } from "../events.ts";
import { asDiskError, makeFolder } from "../formats/files.ts";
import { withScratchIn } from "../formats/scratch.ts";
import { readEntry, type CacheEntry, writeEntryList } from "./cache-entry.ts";

/** What builds keep between runs: pieces by the key of what they were made from. Safe for several builds at once. */
export interface Cache {
  readonly directory: string;
  /**
   * The files of the piece `kind`/`key`: those that are there, if they are whole, else those that `make` writes into the folder it is given.
   * A damaged piece is made again, with a warning.
   */
  piece(kind: string, key: string, make: (folder: string) => Promise<void>): Promise<CacheEntry>;
  /** A folder for files that are not kept; removed when `work` ends. */
  scratch<T>(work: (folder: string) => Promise<T>): Promise<T>;
}

/** Changes when the form of what is kept changes. */
const generation = "v1";
/** What a build that was killed has left behind. Milliseconds. */
const staleAfter = 24 * 60 * 60 * 1000;

/** Errors: NO_SPACE, CACHE_DAMAGED when the folder cannot be used. */
export async function openCache(directory: string, emit: Emit = silent): Promise<Cache> {
  const root = join(directory, generation);
  const temporary = join(root, "tmp");
  await makeFolder(temporary).catch((cause: unknown) => {
    throw unusable(directory, cause);
  });
  await removeStale(temporary);
  const pending = new Map<string, Promise<CacheEntry>>();
  const scratch: Cache["scratch"] = (work) => withScratchIn(join(temporary, "work-"), work);
  const piece: Cache["piece"] = (kind, key, make) => {
    const target = join(root, kind, key.slice(0, 2), key);
    const known = pending.get(target) ?? findOrMake(target, make, { emit, scratch });
    pending.set(target, known);
    // A piece that could not be made is tried again when it is asked for again.
    known.catch(() => pending.delete(target));
    return known;
  };
  return { directory, piece, scratch };
}

interface Tools {
  emit: Emit;
  scratch: Cache["scratch"];
}

async function findOrMake(
  target: string,
  make: (folder: string) => Promise<void>,
  { emit, scratch }: Tools,
): Promise<CacheEntry> {
  const found = await findWhole(target, emit);
  if (found) return { ...found, cached: true };
  return scratch(async (folder) => {
    const made = join(folder, "piece");
    await mkdir(made);
    await make(made);
    await writeEntryList(made);
    await makeFolder(join(target, ".."));
    await moveIn(made, target, emit);
    const entry = await readEntry(target);
    if (!entry) throw new RolesError("CACHE_DAMAGED", `${target} vanished while it was being written`);
    return { ...entry, cached: false };
  });
}

async function findWhole(target: string, emit: Emit): Promise<CacheEntry | undefined> {
  try {
    return await readEntry(target);
  } catch (error) {
    if (!isRolesError(error, "CACHE_DAMAGED")) throw error;
    emit({ type: "note", level: "warning", text: `${error.message}; it is made again` });
    await discard(target);
    return undefined;
  }
}

/** A piece that another build has put there meanwhile is as good as ours. */
async function moveIn(made: string, target: string, emit: Emit): Promise<void> {
  try {
    await rename(made, target);
  } catch (error) {
    if (!["EEXIST", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    if (!(await findWhole(target, emit))) await rename(made, target);
  }
}

/** Out of the way in one step, so that no other build reads it half removed. */
async function discard(target: string): Promise<void> {
  const grave = `${target}.damaged-${process.pid}`;
  await rename(target, grave).catch(() => {});
  await rm(grave, { recursive: true, force: true });
}

async function removeStale(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > staleAfter) await rm(path, { recursive: true, force: true });
  }
}

const unusable = (directory: string, cause: unknown): unknown => {
  const space = asDiskError(cause, directory);
  if (isRolesError(space)) return space;
  return new RolesError("CACHE_DAMAGED", `the cache folder ${directory} cannot be used`, {
    hint: "Name a folder that you may write to with --cache-dir.",
    cause,
  });
};
