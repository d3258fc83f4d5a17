import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { fromFile, sourceSha256 } from "../formats/bytes.ts";
import { contentKey } from "../formats/canonical.ts";
import { writeFileWhole } from "../formats/files.ts";

/** Hashes of files that were read before: a file whose inode, size and times are the same is not read again. */
export interface FileHashes {
  /** Lower-case hex sha256 of the file; undefined where there is none. */
  of(path: string): Promise<string | undefined>;
  /** Takes note of a file whose hash is known. */
  note(path: string, sha256: string): Promise<void>;
  /** Keeps what is known for the next time. */
  save(): Promise<void>;
}

const schema = z.record(z.string(), z.strictObject({ stamp: z.string(), sha256: z.string() }));

/** What is known of the files below `folder`, kept in the cache and not beside them. What cannot be read there is forgotten. */
export async function openFileHashes(cacheDir: string, folder: string): Promise<FileHashes> {
  const list = join(cacheDir, "v1", "hashes", `${contentKey(resolve(folder))}.json`);
  const known = new Map(Object.entries(await readList(list)));
  return {
    async of(path) {
      const stamp = await stampOf(path);
      if (stamp === undefined) return undefined;
      const before = known.get(path);
      if (before?.stamp === stamp) return before.sha256;
      const found = await sourceSha256(await fromFile(path));
      known.set(path, { stamp, sha256: found });
      return found;
    },
    async note(path, sha256) {
      const stamp = await stampOf(path);
      if (stamp !== undefined) known.set(path, { stamp, sha256 });
    },
    save: () => writeFileWhole(list, JSON.stringify(Object.fromEntries(known))),
  };
}

async function readList(path: string): Promise<z.infer<typeof schema>> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return {};
  }
}

/** The change time cannot be set by anyone: a file that was written to has another. */
async function stampOf(path: string): Promise<string | undefined> {
  const info = await stat(path, { bigint: true }).catch(() => undefined);
  if (!info?.isFile()) return undefined;
  return [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(" ");
}
