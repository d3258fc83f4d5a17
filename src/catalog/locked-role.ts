import { isRolesError } from "../errors.ts";
import { contentKey } from "../formats/canonical.ts";
import type { Arch } from "../talos/arch.ts";
import { sumContracts } from "../talos/contract.ts";
import type { Covered, EmbeddedConfigs } from "./covered.ts";
import type { LockedArchitecture, LockedRole } from "./lock-model.ts";
import { schematicId } from "./schematic/id.ts";
import { roleSchematic } from "./schematic/role.ts";

interface RoleInputs {
  covered: Covered;
  embedded: EmbeddedConfigs;
  arch: Arch;
  locked: LockedArchitecture;
}

/** A role of the lock, from what is pinned for an architecture. Pure. */
export function lockRole(name: string, { covered, embedded, arch, locked }: RoleInputs): LockedRole {
  const extensions = covered.roles[name]?.extensions ?? [];
  const contracts = extensions.flatMap((key) => locked.extensions[key]?.contract ?? []);
  const schematic = schematicOf(name, covered, embedded);
  return {
    extensions,
    contract: sumContracts(contracts),
    ...schematic,
    inputsKey: inputsKey(name, { covered, arch, locked, schematic: schematic.schematic }),
  };
}

function schematicOf(
  name: string,
  covered: Covered,
  embedded: EmbeddedConfigs,
): Pick<LockedRole, "schematic" | "schematicReason"> {
  try {
    return { schematic: schematicId(roleSchematic(name, covered, embedded)) };
  } catch (error) {
    if (!isRolesError(error, "SCHEMATIC_UNCERTAIN")) throw error;
    return { schematic: null, schematicReason: error.message };
  }
}

/**
 * Identity of what a role's image is made from. It names content only: no tags, no tool versions, so that a registry that moves a tag to
 * the same image, or a colleague's newer tools, change nothing.
 */
export function inputsKey(
  name: string,
  { covered, arch, locked, schematic }: Omit<RoleInputs, "embedded"> & { schematic: string | null },
): string {
  const { extensions = [], kernelArgs = [], meta = [], embeddedConfig } = covered.roles[name] ?? {};
  return contentKey({
    talos: covered.talos,
    arch,
    base: locked.base.manifest,
    bootFiles: locked.bootFiles.manifest,
    extensions: extensions.map((key) => locked.extensions[key]?.manifest),
    kernelArgs,
    meta,
    embeddedConfig,
    schematic: covered.schematicExtension ? schematic : undefined,
    // Disk images alone have it; where the key is asked for, they are published or kept beside the rest.
    sectorSize: covered.sectorSize === 512 ? undefined : covered.sectorSize,
  });
}
