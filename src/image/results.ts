import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileWhole } from "../formats/files.ts";
import { packageVersion } from "../version.ts";
import type { ReadBack } from "./read-back.ts";
import type { Written } from "./write-asset.ts";

/** What came of an asset once: its bytes, and what they told when they were read back. */
export interface Result {
  written: Written;
  readBack: ReadBack;
}

const schema: z.ZodType<Result> = z.strictObject({
  written: z.strictObject({
    sha256: z.string(),
    bytes: z.number(),
    files: z.record(z.string(), z.strictObject({ sha256: z.string(), bytes: z.number() })),
  }),
  readBack: z.strictObject({
    talosVersion: z.string().nullable(),
    arch: z.string().nullable(),
    kernelRelease: z.string().nullable(),
    cmdline: z.string().nullable(),
    extensions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
    standIns: z.array(z.string()),
  }),
});

/** Results by the key of the asset, in the cache; another version of this program may read more out of the same bytes, so it has its own. */
export interface Results {
  find(buildKey: string): Promise<Result | undefined>;
  keep(buildKey: string, result: Result): Promise<void>;
}

export function openResults(cacheDir: string): Results {
  const folder = join(cacheDir, "v1", "results", packageVersion());
  const pathOf = (key: string): string => join(folder, key.slice(0, 2), `${key}.json`);
  return {
    async find(key) {
      try {
        return schema.parse(JSON.parse(await readFile(pathOf(key), "utf8")));
      } catch {
        return undefined;
      }
    },
    keep: (key, result) => writeFileWhole(pathOf(key), JSON.stringify(result)),
  };
}
