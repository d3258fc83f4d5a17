import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { asDiskError, makeFolder } from "./files.ts";

/**
 * Makes a folder whole or not at all: `make` fills a temporary folder beside it, which then takes the place of what was there.
 * Errors: those of `make`, NO_SPACE; the temporary folder is gone afterwards.
 */
export async function makeFolderWhole(
  path: string,
  make: (temporary: string) => Promise<unknown>,
): Promise<void> {
  const beside = (kind: string): string =>
    join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.${kind}`);
  const temporary = beside("tmp");
  await makeFolder(temporary);
  try {
    await make(temporary);
    await takePlace(temporary, path, beside);
  } catch (error) {
    throw asDiskError(error, path);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

/** A folder cannot replace another in one step, and another build may do the same at the same time: then the last one wins. */
async function takePlace(temporary: string, path: string, beside: (kind: string) => string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const old = beside("old");
    await rename(path, old).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    try {
      await rename(temporary, path);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (attempt >= 20 || !["ENOTEMPTY", "EEXIST"].includes(code)) throw error;
    } finally {
      await rm(old, { recursive: true, force: true });
    }
  }
}
