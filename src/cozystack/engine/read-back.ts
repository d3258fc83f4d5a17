import { RolesError } from "../../errors.ts";
import type { Inspection } from "../../inspect/inspection.ts";
import type { EngineTarget } from "./target.ts";

/** What the finished file says must be what the role asks for. Errors: READ_BACK_MISMATCH. */
export function checkReadBack(path: string, found: Inspection, target: EngineTarget): void {
  const names = (list: readonly { name: string; version: string }[]): string =>
    list
      .map(({ name, version }) => `${name} ${version}`)
      .sort()
      .join(", ");
  const own = found.extensions.filter(({ name }) => name !== "modules.dep");
  const wanted = names(target.extensions);
  const faults = [
    ...(found.arch === null || found.arch === target.arch ? [] : [`it is for ${found.arch}`]),
    ...(found.talosVersion === null || found.talosVersion === target.talos
      ? []
      : [`it is Talos ${found.talosVersion}`]),
    // A kernel alone has no extensions.
    ...(found.kind === "kernel" || names(own) === wanted
      ? []
      : [`it has ${names(own) || "no extension"}, not ${wanted}`]),
    ...found.notices.filter(({ severity }) => severity === "error").map(({ text }) => text),
  ];
  if (faults.length === 0) return;
  throw new RolesError(
    "READ_BACK_MISMATCH",
    `${path} is not the image of role ${target.role}: ${faults.join("; ")}`,
    {
      hint: "Nothing was recorded. Look at what make printed, and at the profiles of the checkout.",
      details: faults.map((difference) => ({ asset: path, difference })),
    },
  );
}
