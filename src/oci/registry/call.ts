import type { RegistryStore } from "./store.ts";
import type { Repository } from "./repository.ts";

/** One request, taken apart. */
export interface Call {
  method: string;
  url: URL;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: AsyncIterable<Uint8Array>;
  store: RegistryStore;
  repository: Repository;
  name: string;
  /** What follows the verb in the path: a tag, a digest or an upload's id. */
  target: string;
}
