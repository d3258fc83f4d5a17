import type { ImageClues } from "../roles/import/repository.ts";
import { type ConfigNode, textOf } from "../talos/config/tree.ts";
import { cozystackExtensions, readInstaller } from "./installer-reference.ts";
import { extensionsOfId } from "./known-schematics.ts";
import type { ImageFacts } from "./model.ts";
import { idOfSchematic, namesOfSchematic } from "./schematic-clue.ts";

/** The extension list of an image, as names, and how it was found. */
export interface ImageList {
  /** Undefined: cannot tell. */
  names: readonly string[] | undefined;
  source: string;
  hints?: string[];
  /** Talos version that the reference tells. */
  talos?: string;
  drift?: NonNullable<ImageFacts["drift"]>;
  /** The schematic that it was read from. */
  schematic?: ConfigNode;
}

/**
 * The list from the clues of a layout, best first: a schematic whose recomputed id is the one in use, an inline schematic, a table of known
 * ids, else a hint in the tag, else nothing (real-configs §9 rule 8). What the user gave comes before all of this.
 */
export function listFromClues(clues: ImageClues): ImageList {
  const reference = textOf(clues.reference);
  const installer = reference === undefined ? undefined : readInstaller(reference);
  const talos = installer?.talos === undefined ? {} : { talos: installer.talos };
  if (clues.list)
    return {
      names: clues.list.names.map((name) => name.replace(/^siderolabs\//, "")),
      source: `the list in ${clues.list.at.file}`,
      ...talos,
    };
  const used = clues.schematics.find((clue) => clue.used);
  if (installer?.schematic !== undefined) return { ...listOfId(installer.schematic, clues), ...talos };
  if (used) return { ...listOfSchematic(used.root, `the schematic in ${used.at.file}`), ...talos };
  if (installer?.plain) {
    return {
      names: [],
      source:
        "the config's installer image is the plain one, which has no extension (the running image may be another)",
      ...talos,
    };
  }
  if (installer?.cozystack)
    return { names: cozystackExtensions, source: "CozyStack's published image", ...talos };
  return { ...listOfNothing(clues, installer?.hints ?? []), ...talos };
}

function listOfId(id: string, { schematics }: ImageClues): ImageList {
  const match = schematics.find((clue) => idOfSchematic(clue) === id);
  const known = extensionsOfId(id);
  if (match)
    return listOfSchematic(match.root, `the schematic in ${match.at.file}, whose id is the one in use`);
  const used = schematics.find((clue) => clue.used) ?? (schematics.length === 1 ? schematics[0] : undefined);
  const other = used && idOfSchematic(used);
  const drift =
    used && other !== undefined
      ? {
          drift: {
            file: used.at.file,
            at: used.at,
            message: `the schematic in ${used.at.file} has the id ${other.slice(0, 12)}…, and the image in use ${id.slice(0, 12)}…`,
          },
        }
      : {};
  if (known)
    return { names: known, source: `the id ${id.slice(0, 12)}…, which is that of a known list`, ...drift };
  return {
    names: undefined,
    source: `the image's schematic id ${id.slice(0, 12)}… is of no list known here`,
    ...drift,
  };
}

function listOfSchematic(root: ConfigNode, source: string): ImageList {
  const names = namesOfSchematic(root);
  return { names, source: names ? source : `${source} is a template`, schematic: root };
}

function listOfNothing({ reference }: ImageClues, hints: string[]): ImageList {
  const source = reference
    ? `the installer image ${reference.opaque ? "is a template" : "is none whose contents are known"}`
    : "neither an image nor a list of extensions is given";
  return { names: undefined, source, ...(hints.length > 0 ? { hints } : {}) };
}
