/**
 * The actions that generated workflows use, each pinned to the commit that its release tag named in the action's own
 * repository on 2026-11-26. A pin is looked up there and never made up: for an action that is not in this table, the
 * workflow's user has to give one.
 */
const pins = {
  "actions/checkout": { version: "v7.0.1", commit: "3d3c42e5aac5ba805825da76410c181273ba90b1" },
  "actions/setup-node": { version: "v7.0.0", commit: "820762786026740c76f36085b0efc47a31fe5020" },
  "actions/upload-artifact": { version: "v7.0.0", commit: "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f" },
  "actions/download-artifact": { version: "v8.0.1", commit: "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c" },
  "actions/attest-build-provenance": {
    version: "v4.1.0",
    commit: "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32",
  },
} as const;

export type ActionName = keyof typeof pins;

/** `actions/checkout@<commit> # v7.0.1`, as a workflow's `uses:` has it. */
export function pinned(name: ActionName): string {
  const { version, commit } = pins[name];
  return `${name}@${commit} # ${version}`;
}
