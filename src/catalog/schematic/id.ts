import { createHash } from "node:crypto";
import { canonicalSchematic } from "./canonical.ts";
import type { Schematic } from "./model.ts";

/** The Image Factory id of a schematic, computed here. Errors: SCHEMATIC_UNCERTAIN, never a wrong id. */
export const schematicId = (schematic: Schematic): string =>
  createHash("sha256").update(canonicalSchematic(schematic)).digest("hex");
