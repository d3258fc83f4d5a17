import { RolesError } from "../errors.ts";

/** What the layers above say about paths of the layers below (image-spec 1.1, layer.md, "Whiteouts"). */
export interface Overlay {
  /** True when a lower layer's entry is not part of the image. */
  hides(path: string, isDirectory: boolean): boolean;
  /** Takes note of an entry of the present layer. False for a directory that was there already. Errors: ARCHIVE_INVALID when it contradicts another entry of the same layer. */
  add(path: string, isDirectory: boolean): boolean;
  /** Takes note of a whiteout of the present layer: of one path, or of all that is below a directory. */
  whiteout(path: string, kind: "path" | "below"): void;
  /** Goes down to the next layer. */
  descend(): void;
}

/** More entries than any image of Talos has, and few enough to keep their paths in memory. */
const ENTRY_LIMIT = 1_000_000;

interface Known {
  /** Entries by path: true for a directory. */
  entries: Map<string, boolean>;
  /** Directories that are there only because something is in them. */
  parents: Set<string>;
  gone: Set<string>;
  opaque: Set<string>;
}

const nothing = (): Known => ({ entries: new Map(), parents: new Set(), gone: new Set(), opaque: new Set() });

/** Made for layers that are visited from the uppermost down: every path is decided when it is first met. */
export function createOverlay(entryLimit = ENTRY_LIMIT): Overlay {
  const above = nothing();
  let present = nothing();
  return {
    hides(path, isDirectory) {
      if (above.entries.has(path) || above.gone.has(path)) return true;
      if (!isDirectory && above.parents.has(path)) return true;
      return ancestors(path).some(
        (parent) => above.gone.has(parent) || above.opaque.has(parent) || above.entries.get(parent) === false,
      );
    },
    add(path, isDirectory) {
      const known = present.entries.get(path);
      if (known === true && isDirectory) return false;
      const parents = ancestors(path);
      if (known !== undefined || (!isDirectory && present.parents.has(path))) throw twice(path);
      if (parents.some((parent) => present.entries.get(parent) === false)) throw twice(path);
      if (present.entries.size + above.entries.size >= entryLimit)
        throw new RolesError("ARCHIVE_TOO_LARGE", `the image has more than ${entryLimit} files`);
      present.entries.set(path, isDirectory);
      for (const parent of parents) present.parents.add(parent);
      return true;
    },
    whiteout(path, kind) {
      (kind === "path" ? present.gone : present.opaque).add(path);
    },
    descend() {
      for (const [path, isDirectory] of present.entries)
        if (!above.entries.has(path)) above.entries.set(path, isDirectory);
      for (const part of ["parents", "gone", "opaque"] as const)
        for (const path of present[part]) above[part].add(path);
      present = nothing();
    },
  };
}

/** `a/b/c` → `a/b`, `a`, and the root "". */
function ancestors(path: string): string[] {
  const found: string[] = [""];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1))
    found.push(path.slice(0, slash));
  return found;
}

const twice = (path: string): RolesError =>
  new RolesError("ARCHIVE_INVALID", `a layer has ${JSON.stringify(path)} more than once, or beneath a file`, {
    hint: "Readers would disagree on what the image holds. Make the image again.",
  });
