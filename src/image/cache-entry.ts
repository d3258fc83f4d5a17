import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../errors.ts";
import { fromFile, sourceSha256 } from "../formats/bytes.ts";

export interface CachedFile {
  path: string;
  /** Lower-case hex. */
  sha256: string;
  bytes: number;
}

/** A piece of the cache: its files by name. */
export interface CacheEntry {
  files: Record<string, CachedFile>;
  /** True when nothing had to be made. */
  cached: boolean;
}

const listName = "piece.json";
type List = Record<string, { sha256: string; bytes: number }>;

/** Writes down what the files of a new piece are, so that damage is noticed later. */
export async function writeEntryList(folder: string): Promise<void> {
  const list: List = {};
  for (const name of (await readdir(folder)).sort()) {
    const file = await fromFile(join(folder, name));
    list[name] = { sha256: await sourceSha256(file), bytes: file.size };
  }
  await writeFile(join(folder, listName), JSON.stringify(list));
}

/** The piece in `folder`, every byte of it checked; undefined when there is none. Errors: CACHE_DAMAGED. */
export async function readEntry(folder: string): Promise<CacheEntry | undefined> {
  const text = await listText(folder);
  if (text === undefined) return undefined;
  const files: Record<string, CachedFile> = {};
  for (const [name, expected] of Object.entries(parseList(text, folder))) {
    const path = join(folder, name);
    const file = await fromFile(path).catch(() => undefined);
    if (!file) throw damaged(path, "it is missing");
    if (file.size !== expected.bytes || (await sourceSha256(file)) !== expected.sha256)
      throw damaged(path, "its bytes have changed");
    files[name] = { path, ...expected };
  }
  return { files, cached: true };
}

/** Errors: CACHE_DAMAGED for a folder without a list. Another build may put the whole piece there between two looks: the second look sees it. */
async function listText(folder: string): Promise<string | undefined> {
  const read = () => readFile(join(folder, listName), "utf8").catch(() => undefined);
  const text = await read();
  if (text !== undefined || !(await stat(folder).catch(() => undefined))) return text;
  const again = await read();
  if (again === undefined) throw damaged(folder, "it has no list of its files");
  return again;
}

function parseList(text: string, folder: string): List {
  try {
    return JSON.parse(text) as List;
  } catch {
    throw damaged(folder, "its list of files cannot be read");
  }
}

const damaged = (path: string, reason: string): RolesError =>
  new RolesError("CACHE_DAMAGED", `${path} in the cache is damaged: ${reason}`);
