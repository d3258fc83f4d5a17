import { createReadStream } from "node:fs";
import { isRolesError, RolesError } from "../../errors.ts";
import { collect } from "../../formats/bytes.ts";
import type { Schematic } from "./model.ts";
import { readSchematic } from "./read.ts";

/** No schematic that Image Factory takes is larger. */
const sizeLimit = 4 << 20;

/** The schematic in a file, or on standard input for `-`. Errors: FILE_NOT_FOUND, SCHEMATIC_INVALID, SCHEMATIC_UNCERTAIN. */
export async function readSchematicFile(path: string): Promise<Schematic> {
  const chunks = path === "-" ? process.stdin : createReadStream(path);
  const bytes = await collect(chunks, sizeLimit).catch((cause: unknown) => {
    if (isRolesError(cause))
      throw new RolesError("SCHEMATIC_INVALID", `${path} is too large for a schematic`, { cause });
    throw new RolesError("FILE_NOT_FOUND", `cannot read ${path}`, { hint: "Check the path.", cause });
  });
  return readSchematic(Buffer.from(bytes).toString("utf8"));
}
