import { formationQuirks } from "../../talos/quirks.ts";
import type { NodeFeatures } from "./model.ts";

/** What a node of this Talos version shows: modules as one type from 1.14 on, before that only the dynamic ones, from 1.11 on. */
export function nodeFeatures(talosVersion: string): NodeFeatures {
  const quirks = formationQuirks(talosVersion);
  const minor = quirks?.minor ?? Infinity;
  return {
    finishedCountsAsUp: quirks?.finishedCountsAsUp ?? false,
    moduleResource:
      (quirks?.modulesAreOneType ?? true)
        ? "KernelModuleStatuses"
        : minor >= 11
          ? "LoadedKernelModules"
          : "none",
  };
}
