import type { Clock } from "./clock.ts";

const keptLines = 2000;

/** The log lines of a node, by the id under which a client asks for them. `machined` is also what dmesg shows. */
export interface NodeLog {
  write(id: string, text: string): void;
  lines(id: string): string[];
  listen(id: string, listener: (line: string) => void): () => void;
}

export function nodeLog(clock: Clock): NodeLog {
  const logs = new Map<string, string[]>();
  const listeners = new Set<{ id: string; listener: (line: string) => void }>();
  return {
    write: (id, text) => {
      const line = `${new Date(clock.now()).toISOString()} ${text}`;
      logs.set(id, [...(logs.get(id) ?? []), line].slice(-keptLines));
      for (const one of listeners) if (one.id === id) one.listener(line);
    },
    lines: (id) => logs.get(id) ?? [],
    listen: (id, listener) => {
      const one = { id, listener };
      listeners.add(one);
      return () => listeners.delete(one);
    },
  };
}
