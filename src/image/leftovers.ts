import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { TargetPlan } from "./plan-model.ts";

/** What `makeWhole` and `makeFolderWhole` call their temporary files. */
const temporary = /^\..+\.[0-9a-f]{12}\.(?:tmp|old)$/;
/** No build writes at one file for longer. Milliseconds. */
const staleAfter = 60 * 60 * 1000;

/** Removes what builds that were killed have left beside their assets. */
export async function removeLeftovers(out: string, targets: readonly TargetPlan[]): Promise<void> {
  for (const folder of [out, ...new Set(targets.map(({ role }) => join(out, role)))]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!temporary.test(name)) continue;
      const path = join(folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info && Date.now() - info.mtimeMs > staleAfter) await rm(path, { recursive: true, force: true });
    }
  }
}
