import { extensionKey } from "../catalog/extension-name.ts";
import { moduleName } from "../talos/config/modules.ts";
import { cozystackModules, extensionModules } from "./extension-modules.ts";
import type { MachineRequest } from "./model.ts";
import type { ModuleToLoad } from "./modules.ts";

/** The kernel modules that a node of the role loads: CozyStack's, those of its extensions, and what roles.yaml adds. Each once. */
export function roleModules({ file, role, contract }: MachineRequest): ModuleToLoad[] {
  const carried = new Set(contract.modules.map(({ name }) => moduleName(name)));
  const own = role.extensions.flatMap((extension) =>
    extensionModules(extensionKey(extension), (name) => carried.has(moduleName(name))),
  );
  const modules = new Map<string, ModuleToLoad>();
  for (const module of [...(file.cluster.cozystack ? cozystackModules : []), ...own, ...role.modules]) {
    const key = moduleName(module.name);
    modules.set(key, merged(modules.get(key), module));
  }
  return [...modules.values()];
}

/** What is loaded for official extensions without a word in roles.yaml. */
export const usualModules = (extensions: readonly string[]): ModuleToLoad[] =>
  extensions.flatMap((name) => extensionModules(name.replace(/^siderolabs\//, ""), () => true));

/** Parameters in roles.yaml replace the usual ones; without any, those stay. */
const merged = (usual: ModuleToLoad | undefined, { name, parameters = [] }: ModuleToLoad): ModuleToLoad => {
  const all = parameters.length > 0 ? parameters : (usual?.parameters ?? []);
  return { name: usual?.name ?? name, ...(all.length > 0 ? { parameters: all } : {}) };
};
