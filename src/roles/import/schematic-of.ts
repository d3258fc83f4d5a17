import { type ConfigNode, isNull, nodeAt, type ScalarNode, textOf } from "../../talos/config/tree.ts";
import { insidePath, type RepositoryFiles } from "./files.ts";
import { otherMaps } from "./layout.ts";
import type { ImageClues, SchematicClue } from "./repository.ts";
import { emptySchematic, referenceTo } from "./synthetic.ts";

/** A schematic that stands in the layout's own file: inline, or with the keys of one. */
export const inlineSchematic = (node: ConfigNode | undefined): SchematicClue | undefined =>
  node?.kind === "map" ? { root: node, at: node.at, used: true } : undefined;

interface SchematicId {
  /** An id, or `@file`; undefined where there is none. */
  node: ConfigNode | undefined;
  /** Where a default without extensions stands. */
  at: ConfigNode["at"];
  talos: string | undefined;
  /** Folder that `@file` is in. */
  from: string;
}

/** What an id tells, or the schematic in the file that it names: where nothing is written, an image without extensions. */
export function schematicClues(
  files: RepositoryFiles,
  { node, at, talos, from }: SchematicId,
): Pick<ImageClues, "reference"> & { schematics: SchematicClue[]; used: string[] } {
  if (node === undefined || isNull(node))
    return { schematics: [{ root: emptySchematic(at), at, used: true }], used: [] };
  const text = textOf(node);
  if (text?.startsWith("@")) {
    const path = insidePath(from, text.slice(1)) ?? "";
    const [found] = otherMaps(files, path).filter(
      ({ root }) => nodeAt(root, ["customization"]) !== undefined,
    );
    return found
      ? { schematics: [{ ...found, used: true }], used: [path] }
      : { reference: opaque(node as ScalarNode), schematics: [], used: [] };
  }
  return node.kind === "scalar"
    ? { reference: node.opaque ? node : referenceTo(node, talos), schematics: [], used: [] }
    : { schematics: [], used: [] };
}

/** A file that is not there may say anything. */
const opaque = (node: ScalarNode): ScalarNode => ({ ...node, opaque: "reference" });
