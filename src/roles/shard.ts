/** One of several jobs that share all of something. */
export interface Shard {
  /** From 1. */
  index: number;
  of: number;
}

/** What one job has to do: everything is in exactly one share, and the same one each time. Pure. */
export const shareOf = <T>(all: readonly T[], { index, of }: Shard = { index: 1, of: 1 }): T[] =>
  all.filter((_, position) => position % of === index - 1);
