import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RolesError } from "../errors.ts";
import { contentKey } from "../formats/canonical.ts";
import type { MetaValue, Role, RolesFile } from "../roles/model.ts";
import type { Arch } from "../talos/arch.ts";
import { extensionKey } from "./extension-name.ts";

/** What of a role decides its image. */
export interface CoveredRole {
  arch: Arch[];
  /** Keys in the lock, in the role's order. */
  extensions: string[];
  kernelArgs: string[];
  meta: MetaValue[];
  /** sha256 (hex) of the machine config that is embedded. */
  embeddedConfig?: string;
}

/** The part of roles.yaml that a lock covers; all else may change without making it stale. */
export interface Covered {
  talos: string;
  schematicExtension: boolean;
  sectorSize: number;
  roles: Record<string, CoveredRole>;
}

/** Texts of embedded machine configs by role, for their schematic ids. They may hold secrets: they go nowhere else. */
export type EmbeddedConfigs = Record<string, string>;

const configLimit = 1 << 20;

/** Reads what a lock covers, and the machine configs that roles embed. Errors: FILE_NOT_FOUND, REFERENCE_INVALID. */
export async function coveredBy(roles: RolesFile): Promise<{ covered: Covered; embedded: EmbeddedConfigs }> {
  const embedded: EmbeddedConfigs = {};
  const covered: Covered["roles"] = {};
  for (const role of roles.roles) {
    if (role.embeddedConfig !== undefined) embedded[role.name] = await readConfig(role, roles.file);
    covered[role.name] = coveredRole(role, embedded[role.name]);
  }
  const { talos } = roles.cluster;
  const { schematicExtension, sectorSize } = roles.images;
  return { covered: { talos, schematicExtension, sectorSize, roles: covered }, embedded };
}

const coveredRole = (role: Role, embedded: string | undefined): CoveredRole => ({
  arch: [...role.arch].sort(),
  extensions: [...new Set(role.extensions.map(extensionKey))],
  kernelArgs: role.kernelArgs,
  meta: role.meta,
  ...(embedded === undefined ? {} : { embeddedConfig: createHash("sha256").update(embedded).digest("hex") }),
});

async function readConfig({ name, embeddedConfig = "" }: Role, rolesPath: string): Promise<string> {
  const path = resolve(dirname(rolesPath), embeddedConfig);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new RolesError("FILE_NOT_FOUND", `role ${name}: cannot read its embeddedConfig ${embeddedConfig}`, {
      hint: "The path is relative to the roles file.",
      cause,
    });
  });
  if (text.length <= configLimit) return text;
  throw new RolesError(
    "ROLES_INVALID",
    `role ${name}: embeddedConfig ${embeddedConfig} is over ${configLimit} bytes`,
  );
}

export const rolesChecksum = (covered: Covered): string => `sha256:${contentKey(covered)}`;
