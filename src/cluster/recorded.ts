import { readFile } from "node:fs/promises";
import { z } from "zod";
import { RolesError } from "../errors.ts";
import { type Arch, architectures } from "../talos/arch.ts";

/** What the build record says of a role's image. */
export interface RecordedRole {
  name: string;
  arch: Arch;
  extensions: { name: string; version: string }[];
}

// Only what a live node can be held against; the record has more.
const schema = z.object({
  talosVersion: z.string(),
  roles: z.array(
    z.object({
      name: z.string(),
      arch: z.enum(architectures),
      extensions: z.array(z.object({ name: z.string(), version: z.string() })),
    }),
  ),
});

/** Reads `build-record.json` as the expectation of what nodes run. Errors: FILE_NOT_FOUND, CONFIG_INVALID. */
export async function readRecordedRoles(path: string): Promise<RecordedRole[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `no build record at ${path}`, {
      hint: "`talos-roles build` writes it; leave --record out to hold the nodes against the lock.",
      cause,
    });
  });
  try {
    return schema.parse(JSON.parse(text)).roles;
  } catch (cause) {
    throw new RolesError("CONFIG_INVALID", `${path} is no build record`, {
      hint: "`talos-roles build` writes build-record.json beside its assets.",
      cause,
    });
  }
}
