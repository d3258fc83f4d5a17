// The rooms of src/ from left to right. An import may only point left; rooms of one group do not import each other.
// DESIGN: "The house". The linter's rules (.oxlintrc.json) and tests/house.test.ts are made from this list.
export const roomGroups: readonly (readonly string[])[] = [
  ["formats"],
  ["oci"],
  ["talos", "kubernetes"],
  ["roles"],
  ["catalog"],
  ["machine"],
  ["formation"],
  ["inspect"],
  ["image"],
  ["cozystack", "ci"],
  ["cluster"],
  ["report"],
  ["lab"],
  ["cli"],
];

export const rooms: readonly string[] = roomGroups.flat();

/** Rooms that files of `room` must not import: everything to its right, and its neighbours in the same group. */
export function forbiddenFor(room: string): string[] {
  const own = roomGroups.findIndex((group) => group.includes(room));
  if (own < 0) throw new Error(`no such room: ${room}`);
  return roomGroups.flatMap((group, index) => (index < own ? [] : group.filter((other) => other !== room)));
}
