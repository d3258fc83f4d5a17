/** How long answers take of late, and so how long the next may take. */
export interface Pace {
  /** Milliseconds until the next call is given up. */
  patience(): number;
  /** Milliseconds until the next of so many ways is asked too, while this one is silent: no sooner than answers take of late. */
  doubt(ways: number): number;
  /** An answer came after so many milliseconds. */
  took(ms: number): void;
}

/** So many times the longest answer of late is waited for… */
const factor = 3;
/** …and never more than so many times what was asked for. */
const most = 4;
/** A way is silent for the third part of one's patience before the next is asked too, and for less where there are more ways than that. */
const parts = 3;
/** What was long once counts less with every answer. */
const forgetting = 1 / 32;

/**
 * The patience asked for, and more where answers of all nodes are slow: then it is the way to them or this machine, and to give up on one of
 * them would say something of that node that is not true. Never more than four times as much.
 */
export function paceOf(timeoutMs: number): Pace {
  // The longest and not the mean: the first answer of a node comes with the handshake, and takes much longer than those after it.
  let longest = 0;
  const patience = (): number => Math.min(Math.max(timeoutMs, longest * factor), timeoutMs * most);
  return {
    patience,
    doubt: (ways) => Math.max(patience() / Math.max(parts, ways), longest),
    took: (ms) => {
      longest = Math.max(ms, longest + (ms - longest) * forgetting);
    },
  };
}
