import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fromFile, sha256 } from "../../formats/bytes.ts";

/** The sources of the guest: the same place from `src/` and from `dist/`. */
const folder = join(import.meta.dirname, "..", "..", "..", "src", "lab", "guest");

export const guestFile = (...path: string[]): string => join(folder, ...path);

/** Path → sha256 of the guest's sources and of the code in this folder: what is made changes when one of them does. */
export async function recipe(): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const [root, pattern] of [
    [folder, /./],
    [import.meta.dirname, /(?<!\.test|\.d)\.[jt]s$/],
  ] as const) {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile() && pattern.test(one.name))) {
      const path = join(entry.parentPath, entry.name);
      sums[path.slice(root.length)] = await sha256((await fromFile(path)).stream());
    }
  }
  return sums;
}
