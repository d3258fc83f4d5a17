import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { contentKey } from "../formats/canonical.ts";
import { writeFileWhole } from "../formats/files.ts";
import type { KnownSort, Memory } from "../inspect/known.ts";
import { packageVersion } from "../version.ts";

/** What later builds meet again: pieces that roles share. What is of one role alone is not worth its place. */
const lasting: readonly KnownSort[] = [
  "segment",
  "layer",
  "module-list",
  "rootfs",
  "program-arch",
  "diff-id",
];

/**
 * What earlier builds read in pieces of images, in the cache. Each is named by the sha256 of the bytes in which it was found and by the version
 * of this program; one that is damaged is forgotten.
 */
export function foundBefore(cacheDir: string): Memory {
  const folder = join(cacheDir, "v1", "found", packageVersion());
  const file = (sort: KnownSort, key: string): string =>
    join(folder, sort, `${contentKey({ sort, key })}.json`);
  return {
    async recall(sort, key) {
      if (!lasting.includes(sort)) return undefined;
      const text = await readFile(file(sort, key), "utf8").catch(() => undefined);
      return text === undefined ? undefined : unsealed(text);
    },
    async keep(sort, key, value) {
      if (!lasting.includes(sort)) return;
      await writeFileWhole(file(sort, key), sealed(value));
    },
  };
}

/** `null` is a finding too. */
const sealed = (value: unknown): string => JSON.stringify({ seal: contentKey({ value }), value });

function unsealed(text: string): unknown {
  try {
    const { seal, value } = JSON.parse(text) as { seal?: unknown; value?: unknown };
    return value !== undefined && seal === contentKey({ value }) ? value : undefined;
  } catch {
    return undefined;
  }
}
