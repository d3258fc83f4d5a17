import { ownValue } from "../formats/own-value.ts";
import { documentsText } from "./yaml.ts";

export interface ModuleToLoad {
  name: string;
  parameters?: readonly string[];
}

/** Parameters that a module needs to be of use. drbd: Talos has no user-mode helper (facts: cozystack-build §5.2). */
export const moduleParameters: Readonly<Record<string, readonly string[]>> = {
  drbd: ["usermode_helper=disabled"],
};

const entry = ({ name, parameters = [] }: ModuleToLoad) => ({
  name,
  ...(parameters.length > 0 ? { parameters } : {}),
});

/** Config that loads kernel modules: documents, or `machine.kernel.modules`. Lists append when merged; documents do not. */
export const moduleDocuments = (
  modules: readonly ModuleToLoad[],
  { asDocuments }: { asDocuments: boolean },
): object[] => {
  if (modules.length === 0) return [];
  if (!asDocuments) return [{ machine: { kernel: { modules: modules.map(entry) } } }];
  return modules.map((module) => ({ apiVersion: "v1alpha1", kind: "KernelModuleConfig", ...entry(module) }));
};

/** As `moduleDocuments`, with the parameters that the modules need, as text. */
export const moduleText = (names: readonly string[], options: { asDocuments: boolean }): string =>
  documentsText(
    moduleDocuments(
      names.map((name) => ({ name, parameters: ownValue(moduleParameters, name) ?? [] })),
      options,
    ),
  );
