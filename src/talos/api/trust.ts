/** Endpoints that gave the last answer they were asked for: they are asked first. */
export interface Trust {
  /** Smaller is earlier; Infinity for one that is not trusted. */
  rank(endpoint: string): number;
  gained(endpoint: string): void;
  lost(endpoint: string): void;
  /** Another answered that was asked later. It has not failed, but the next time it is asked behind the others that are trusted. */
  overtaken(endpoint: string): void;
}

export function trust(): Trust {
  const ranks = new Map<string, number>();
  let turn = 0;
  return {
    rank: (endpoint) => ranks.get(endpoint) ?? Infinity,
    gained: (endpoint) => {
      if (!ranks.has(endpoint)) ranks.set(endpoint, 0);
    },
    lost: (endpoint) => {
      ranks.delete(endpoint);
    },
    overtaken: (endpoint) => {
      turn += 1;
      if (ranks.has(endpoint)) ranks.set(endpoint, turn);
    },
  };
}
