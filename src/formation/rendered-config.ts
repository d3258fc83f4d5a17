import type { MachineRequest } from "../machine/model.ts";
import { machinePatches } from "../machine/patches.ts";
import type { NodeConfig } from "../roles/import/repository.ts";
import { documentsFrom } from "../talos/config/from-data.ts";
import { applyPatches } from "../talos/config/patch.ts";

/** The config that `talos-roles config` writes for nodes of a role, merged; what it takes out of a config is left away. */
export function renderedConfig(request: MachineRequest): NodeConfig {
  const { file, role } = request;
  const [patch] = machinePatches(request).patches;
  const documents = documentsFrom(patch?.documents ?? [], role.position);
  const merged = applyPatches([], [{ file: file.file, documents, others: [], templated: false }], {
    generatedBase: true,
  });
  return { ...merged, hidden: [], generated: true, unlisted: [] };
}
