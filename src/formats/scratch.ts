import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { asDiskError, diskErrorOf } from "./files.ts";

/** Runs `work` with a folder of its own, which is gone afterwards. It lies in the system's folder for temporary files. Errors: those of `work`, NO_SPACE. */
export const withScratch = <T>(work: (folder: string) => Promise<T>): Promise<T> =>
  withScratchIn(join(tmpdir(), "talos-roles-"), work);

/** As `withScratch`, the folder's path beginning with `prefix`. Errors: those of `work`, NO_SPACE. */
export async function withScratchIn<T>(prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(prefix).catch((cause: unknown) => {
    throw asDiskError(cause, dirname(prefix));
  });
  try {
    return await work(folder);
  } catch (error) {
    throw await diskErrorOf(error, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
