/** One of several jobs that share all roles. */
export interface Shard {
  /** From 1. */
  index: number;
  of: number;
}

/** The roles of one job: every role is in exactly one, and the same one each time. Pure. */
export const rolesOfShard = (roles: readonly string[], { index, of }: Shard): string[] =>
  roles.filter((_, position) => position % of === index - 1);
