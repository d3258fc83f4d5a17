import { ownValue } from "../../formats/own-value.ts";
import { moduleParameters } from "../../machine/modules.ts";
import { moduleName } from "../../talos/config/modules.ts";
import { valueOr } from "../observation.ts";
import type { Case } from "./cause.ts";

/** Modules of the role that the config lists without parameters they need. */
export function badParameters({
  observation,
  expected,
}: Pick<Case, "observation" | "expected">): { name: string; parameters: string[]; missing: string[] }[] {
  const own = new Set(expected.contract.modules.map(({ name }) => moduleName(name)));
  return valueOr(observation.wantedModules, []).flatMap(({ name, parameters }) => {
    const missing = (ownValue(moduleParameters, moduleName(name)) ?? []).filter(
      (wanted) => !parameters.includes(wanted),
    );
    return own.has(moduleName(name)) && missing.length > 0 ? [{ name, parameters, missing }] : [];
  });
}
