/** One thing that was proven of a patch, or was not. */
export interface Proof {
  /** Such as `default-profiles`. */
  name: string;
  /** What it says when it holds, in words. */
  says: string;
  holds: boolean;
  /** Where it does not hold. */
  faults: string[];
}

export const proof = (name: string, says: string, faults: readonly string[]): Proof => ({
  name,
  says,
  holds: faults.length === 0,
  faults: [...faults],
});
