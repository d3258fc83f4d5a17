import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRolesError, RolesError } from "../errors.ts";
import type { ReadTarEntry } from "../formats/tar-read.ts";
import type { Quirks } from "../talos/quirks.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { Cache } from "./cache.ts";
import { layerFault } from "./same-layer.ts";
import type { SegmentCache } from "./segment-cache.ts";
import { type PackLayer, segmentFiles, writeSegment } from "./segment.ts";

export interface SegmentTask {
  key: string;
  /** Names the extension in errors. */
  where: string;
  quirks: Pick<Quirks, "compression" | "firmwarePath">;
  /** The extension's files, from the beginning. */
  files: () => Promise<AsyncIterable<ReadTarEntry>>;
}

interface Surroundings {
  cache: Cache;
  shared?: SegmentCache | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The piece of one extension: from the cache, or with a layer from the shared cache when it holds exactly the extension's files, or made and
 * given to the shared cache. Errors: as `writeSegment`.
 */
export async function makeSegment(task: SegmentTask, surroundings: Surroundings): Promise<CacheEntry> {
  const { cache, shared } = surroundings;
  let isTaken = false;
  const entry = await cache.piece("segment", task.key, async (folder) => {
    isTaken = shared !== undefined && (await takeShared(task, folder, { ...surroundings, shared }));
    if (!isTaken) await write(task, folder, surroundings);
  });
  if (!entry.cached && !isTaken) await shared?.store(task.key, entry.files[segmentFiles.layer]!);
  return { ...entry, cached: entry.cached || isTaken };
}

/** Everything but the layer is always made here, from the extension itself. Leaves the folder empty when the layer is not good. */
async function takeShared(
  task: SegmentTask,
  folder: string,
  surroundings: Surroundings & { shared: SegmentCache },
): Promise<boolean> {
  const { shared, signal } = surroundings;
  if (!(await shared.fetch(task.key, join(folder, segmentFiles.layer)))) return false;
  let fault: string | undefined;
  await write(task, folder, surroundings, async (entries, layer) => {
    const form = { compression: task.quirks.compression, ...(signal ? { signal } : {}) };
    fault = await layerFault(layer, entries, form);
  });
  shared.judged(fault);
  if (fault === undefined) return true;
  for (const name of await readdir(folder)) await rm(join(folder, name));
  return false;
}

const write = (
  { where, quirks, files }: SegmentTask,
  folder: string,
  { cache, signal }: Surroundings,
  pack?: PackLayer,
): Promise<void> =>
  cache.scratch(async (scratch) => {
    const options = { quirks, where, ...(pack ? { pack } : {}), ...(signal ? { signal } : {}) };
    await naming(where, writeSegment(await files(), folder, scratch, options));
  });

/** An archive does not know whose it is: its faults are told with the name of the extension. */
async function naming<T>(where: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isRolesError(error) || !/^(?:ARCHIVE|EXTENSION)_/.test(error.code)) throw error;
    if (error.message.includes(where)) throw error;
    const { code, message, hint } = error;
    throw new RolesError(code, `${where}: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}
