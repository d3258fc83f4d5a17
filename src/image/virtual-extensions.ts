import { createHash } from "node:crypto";
import { coveredBy } from "../catalog/covered.ts";
import { schematicExtension } from "../catalog/schematic/extension.ts";
import { RolesError } from "../errors.ts";
import type { RolesFile } from "../roles/model.ts";
import { quirksOf } from "../talos/quirks.ts";
import type { VirtualExtension } from "./plan-model.ts";

/**
 * Extensions that are in no registry, by role: the schematic where it is asked for, then the machine config that the role embeds. Facts §2.7.
 * Errors: SCHEMATIC_UNCERTAIN, FILE_NOT_FOUND, UNSUPPORTED (an embedded config before Talos 1.12).
 */
export async function virtualExtensions(roles: RolesFile): Promise<Record<string, VirtualExtension[]>> {
  const { embedded } = await coveredBy(roles);
  const found: Record<string, VirtualExtension[]> = {};
  for (const { name } of roles.roles) {
    const config = embedded[name];
    found[name] = [
      ...(roles.images.schematicExtension ? [await schematicExtension(roles, name)] : []),
      ...(config === undefined ? [] : [embeddedConfig(name, config, roles.cluster.talos)]),
    ];
  }
  return found;
}

function embeddedConfig(role: string, text: string, talos: string): VirtualExtension {
  if (!quirksOf(talos).embeddedConfig)
    throw new RolesError(
      "UNSUPPORTED",
      `role ${role}: Talos ${talos} does not read an embedded machine config`,
      {
        hint: "Use Talos 1.12 or later, or remove `embeddedConfig` from the role.",
      },
    );
  return {
    manifest: {
      name: "embedded-config",
      version: createHash("sha256").update(text).digest("hex"),
      author: "talos-roles",
      description: "A machine config that the node starts with",
      compatibility: ">= 1.0.0",
    },
    files: [{ path: "usr/local/etc/talos/config.yaml", mode: 0o400, text }],
  };
}
