import type { RolesFile } from "../../roles/model.ts";
import type { ExtensionManifest } from "../../talos/extension-manifest.ts";
import { coveredBy } from "../covered.ts";
import { canonicalSchematic } from "./canonical.ts";
import { schematicId } from "./id.ts";
import { roleSchematic } from "./role.ts";

/** An extension that no image has: `files` are those under its root, folders left out. */
export interface SchematicExtension {
  manifest: ExtensionManifest;
  files: { path: string; mode: number; text: string }[];
}

/**
 * The extension `schematic` of a role's image, which tells a node's owner what it was made from, as Image Factory adds it; it is to be the
 * last but `modules.dep`. The author names no factory, because none has made the image. Errors: SCHEMATIC_UNCERTAIN, FILE_NOT_FOUND.
 */
export async function schematicExtension(roles: RolesFile, role: string): Promise<SchematicExtension> {
  const { covered, embedded } = await coveredBy(roles);
  const schematic = roleSchematic(role, covered, embedded);
  const id = schematicId(schematic);
  return {
    manifest: {
      name: "schematic",
      version: id,
      author: "talos-roles",
      description: "Names the schematic that this image was made from; there is nothing else in it.",
      compatibility: ">= 1.0.0",
      extraInfo: canonicalSchematic(schematic),
    },
    files: [{ path: `usr/local/share/schematic/${id}`, mode: 0o644, text: "" }],
  };
}
