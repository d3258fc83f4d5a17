import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { writeFileWhole } from "../formats/files.ts";

interface Kept<T> {
  /** Names the facts and the version of what reads them: another reader, another name. */
  kind: string;
  /** Hex digest of the manifest that they are read from. */
  key: string;
  schema: z.ZodType<T>;
}

/**
 * Facts that were read out of an image, kept by the digest of its manifest: the same bytes have the same facts for ever. What is damaged is
 * read again. `cached` says whether `read` was spared.
 */
export async function imageFacts<T>(
  cacheDir: string | undefined,
  { kind, key, schema }: Kept<T>,
  read: () => Promise<T>,
): Promise<{ facts: T; cached: boolean }> {
  if (cacheDir === undefined) return { facts: await read(), cached: false };
  const path = join(cacheDir, "facts", kind, key.slice(0, 2), `${key}.json`);
  const known = schema.safeParse(await readJson(path));
  if (known.success) return { facts: known.data, cached: true };
  const facts = await read();
  await writeFileWhole(path, JSON.stringify(facts));
  return { facts, cached: false };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
