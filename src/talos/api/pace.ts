/** How long answers take of late, and so how long the next may take. */
export interface Pace {
  /** Milliseconds until the next call is given up. */
  patience(): number;
  /** An answer came after so many milliseconds. */
  took(ms: number): void;
}

/** So many times the longest answer of late is waited for… */
const factor = 3;
/** …and never more than so many times what was asked for. */
const most = 4;
/** What was long once counts less with every answer. */
const forgetting = 1 / 32;

/**
 * The patience asked for, and more where answers of all nodes are slow: then it is the way to them or this machine, and to give up on one of
 * them would say something of that node that is not true. Never more than four times as much.
 */
export function paceOf(timeoutMs: number): Pace {
  // The longest and not the mean: the first answer of a node comes with the handshake, and takes much longer than those after it.
  let longest = 0;
  return {
    patience: () => Math.min(Math.max(timeoutMs, longest * factor), timeoutMs * most),
    took: (ms) => {
      longest = Math.max(ms, longest + (ms - longest) * forgetting);
    },
  };
}
