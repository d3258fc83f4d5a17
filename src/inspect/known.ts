/** What is found in bytes: by the sha256 of those bytes it is the same wherever they lie. */
export type KnownSort =
  | "uki"
  | "initramfs"
  | "segment"
  | "layer"
  | "module-list"
  | "rootfs"
  | "program-arch"
  | "diff-id"
  | "install-files";

/** What was found before: images of one build share UKIs, segments and layers, and the same bytes hold the same. */
export interface Known {
  /** What is known under `key`, which names bytes by their sha256, or what `find` finds, which is known from then on. What failed is not. */
  or<T>(sort: KnownSort, key: string, find: () => Promise<T>): Promise<T>;
}

/** Where what was found outlives the program. Values are plain data. */
export interface Memory {
  recall(sort: KnownSort, key: string): Promise<unknown>;
  keep(sort: KnownSort, key: string, value: unknown): Promise<void>;
}

/** Nothing is known but what `memory` has. */
export function openKnown(memory?: Memory): Known {
  const known = new Map<string, Promise<unknown>>();
  return {
    or<T>(sort: KnownSort, key: string, find: () => Promise<T>): Promise<T> {
      const name = `${sort} ${key}`;
      const before = known.get(name) as Promise<T> | undefined;
      if (before) return before;
      const found = recallOr({ sort, key, find }, memory);
      known.set(name, found);
      found.catch(() => known.delete(name));
      return found;
    },
  };
}

async function recallOr<T>(
  { sort, key, find }: { sort: KnownSort; key: string; find: () => Promise<T> },
  memory: Memory | undefined,
): Promise<T> {
  const kept = await memory?.recall(sort, key);
  if (kept !== undefined) return kept as T;
  const found = await find();
  await memory?.keep(sort, key, found);
  return found;
}
