import { isCompatible } from "../talos/compatibility.ts";
import { type Contract, emptyContract } from "../talos/contract.ts";
import { fallbackRows } from "./fallback-rows.ts";

/** Names of every official extension in the table, for suggestions where no registry is at hand. */
export const fallbackNames = (): string[] =>
  [...new Set(fallbackRows.map(({ extension }) => extension))].sort();

/** The table's contract for one official extension, or undefined. `release` of its modules is empty: only an image tells it. */
export function fallbackContract(extension: string, talosVersion: string): Contract | undefined {
  const row = fallbackRows.find(
    (row) => row.extension === extension && isCompatible(row.talos, talosVersion, row.source),
  );
  if (!row) return undefined;
  return {
    ...emptyContract(),
    services: (row.services ?? []).map((service) => ({ ...service, extension })),
    modules: Object.entries(row.modules ?? {}).map(([name, dependsOn]) => ({ name, release: "", dependsOn })),
    criParts: row.criParts ?? [],
    emptyOn: row.emptyOn ?? [],
  };
}
