import { schematicName } from "../../roles/upstream-names.ts";
import type { Covered, EmbeddedConfigs } from "../covered.ts";
import { parseExtensionName } from "../extension-name.ts";
import type { Schematic } from "./model.ts";
import { uncertain } from "./scalar.ts";

/** The schematic that describes a role's image, extensions sorted by name. Errors: SCHEMATIC_UNCERTAIN for extensions the factory does not have. */
export function roleSchematic(name: string, covered: Covered, embedded: EmbeddedConfigs): Schematic {
  const { extensions = [], kernelArgs = [], meta = [] } = covered.roles[name] ?? {};
  const config = embedded[name];
  return {
    ...(config === undefined ? {} : { embeddedMachineConfiguration: config }),
    extraKernelArgs: kernelArgs,
    meta: meta.map(({ key, value }) => ({ key, value })),
    officialExtensions: extensions.map(official).sort(),
    // The factory leaves its default out.
    ...(covered.sectorSize === 512 ? {} : { sectorSize: covered.sectorSize }),
  };
}

function official(extension: string): string {
  const name = parseExtensionName(extension);
  if ("official" in name) return schematicName(name.official);
  throw uncertain(`it knows official extensions only, and not ${extension}`);
}
