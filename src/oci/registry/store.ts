import { type ByteSource, concat, fromBytes } from "../../formats/bytes.ts";

/** Where a registry keeps everything, by keys like `blobs/<hex>` (lower-case words joined by `/`). */
export interface RegistryStore {
  get(key: string): Promise<ByteSource | undefined>;
  /** Adds to the end of what is there; what arrived before a failure stays. Returns the new size. */
  append(key: string, chunks: AsyncIterable<Uint8Array>): Promise<number>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  move(from: string, to: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys directly or deeper under `prefix`, without it, sorted. */
  list(prefix: string): Promise<string[]>;
}

/** A store that is gone with the process. */
export function memoryStore(): RegistryStore {
  const parts = new Map<string, Uint8Array[]>();
  return {
    get(key) {
      const found = parts.get(key);
      return Promise.resolve(found && concat(...found.map(fromBytes)));
    },
    async append(key, chunks) {
      const list = parts.get(key) ?? [];
      parts.set(key, list);
      for await (const chunk of chunks) list.push(Uint8Array.from(chunk));
      return list.reduce((sum, { length }) => sum + length, 0);
    },
    put(key, bytes) {
      parts.set(key, [bytes]);
      return Promise.resolve();
    },
    move(from, to) {
      parts.set(to, parts.get(from) ?? []);
      parts.delete(from);
      return Promise.resolve();
    },
    remove(key) {
      parts.delete(key);
      return Promise.resolve();
    },
    list: (prefix) =>
      Promise.resolve(
        [...parts.keys()]
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length))
          .sort(),
      ),
  };
}
