import type { Evidence } from "./cause.ts";

const pattern = /error loading module "([\w-]+)": (.*)$/;

export interface ModuleError {
  /** With underscores, as the kernel writes it. */
  name: string;
  why: string;
  line: Evidence;
}

/** What the controllers' log says of modules that did not load, the last word on each. Its lines hold JSON, in which quotes are escaped. */
export function moduleErrors(log: readonly Evidence[]): ModuleError[] {
  const byName = new Map<string, ModuleError>();
  for (const line of log) {
    if (line.source !== "controller-runtime") continue;
    for (const part of line.text.split(/\\n|(?=error loading module )/)) {
      const [, name, why] = pattern.exec(part.replaceAll('\\"', '"')) ?? [];
      if (name !== undefined && why !== undefined) {
        const normal = name.replaceAll("-", "_");
        byName.set(normal, { name: normal, why, line });
      }
    }
  }
  return [...byName.values()];
}
