/** One file as git keeps it in a commit. */
export interface TreeFile {
  path: string;
  /** As in a tree: "100644", "100755", … */
  mode: string;
  /** Object id of its content. */
  blob: string;
}

/** The lines of `git ls-tree -r -z`. */
export function parseTree(listing: string): TreeFile[] {
  return listing
    .split("\0")
    .map((entry) => /^(\d{6}) blob ([0-9a-f]+)\t(.*)$/s.exec(entry))
    .flatMap((match) =>
      match ? [{ mode: match[1] ?? "", blob: match[2] ?? "", path: match[3] ?? "" }] : [],
    );
}
