import type { Emit } from "../events.ts";
import type { Known } from "../inspect/known.ts";
import type { FileHashes } from "./file-hashes.ts";
import type { Store } from "./materials.ts";
import type { Results } from "./results.ts";

/** What every step of a build works with. */
export interface Work {
  out: string;
  store: Store;
  hashes: FileHashes;
  results: Results;
  /** What was read in assets of this build. */
  known: Known;
  /** A folder for files that are not kept; removed when `work` ends. */
  scratch: <T>(work: (folder: string) => Promise<T>) => Promise<T>;
  emit: Emit;
  /** Aborted by the user, and at the first failure. */
  signal: AbortSignal;
}
