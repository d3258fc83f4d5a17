import { createWriteStream } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { isRolesError } from "../../errors.ts";
import { type ByteSource, fromFile } from "../../formats/bytes.ts";
import { asDiskError, makeFolder, writeFileWhole } from "../../formats/files.ts";
import type { RegistryStore } from "./store.ts";

/** A store in a directory, which lasts. Keys are checked by the registry before they get here. */
export function directoryStore(directory: string): RegistryStore {
  const pathOf = (key: string): string => join(directory, ...key.split("/"));
  return {
    get: (key) => existing(pathOf(key)),
    async append(key, chunks) {
      const path = pathOf(key);
      await makeFolder(dirname(path));
      await pipeline(chunks, createWriteStream(path, { flags: "a" })).catch((error: unknown) => {
        throw asDiskError(error, path);
      });
      return (await fromFile(path)).size;
    },
    put: (key, bytes) => writeFileWhole(pathOf(key), bytes),
    async move(from, to) {
      await makeFolder(dirname(pathOf(to)));
      await rename(pathOf(from), pathOf(to));
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    list: (prefix) => filesUnder(pathOf(prefix)),
  };
}

async function existing(path: string): Promise<ByteSource | undefined> {
  try {
    return await fromFile(path);
  } catch (error) {
    if (isRolesError(error, "FILE_NOT_FOUND")) return undefined;
    throw error;
  }
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
