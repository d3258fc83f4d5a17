import { stringify } from "yaml";
import { schemaUrl } from "../json-schema.ts";
import { parseRoles } from "../load.ts";
import type { ImportedRoles, NotCarried } from "./imported.ts";

/** The imported roles as a file, with what it does not have of its source in comments at the end. Errors: ROLES_INVALID. */
export function importedText(
  { roles, notCarried }: ImportedRoles,
  { from, file }: { from: string; file: string },
): string {
  const head = `# yaml-language-server: $schema=${schemaUrl()}\n# Imported from ${from}. Look it through, then \`talos-roles check\`.\n`;
  const body = stringify(roles, { aliasDuplicateObjects: false, lineWidth: 0 });
  const tail =
    notCarried.length === 0
      ? ""
      : `\n# Not carried over:\n${notCarried.map((one) => `# - ${notCarriedLine(one)}\n`).join("")}`;
  const text = `${head}${body}${tail}`;
  parseRoles(text, file);
  return text;
}

/** `machine.install (n1, n2): no part of a role…`, on one line. */
export function notCarriedLine({ what, reason, nodes }: NotCarried): string {
  const shown = nodes.length > 5 ? [...nodes.slice(0, 4), `${nodes.length - 4} more`] : nodes;
  return `${what}${shown.length > 0 ? ` (${shown.join(", ")})` : ""}: ${reason}`.replaceAll(/[\r\n]+/g, " ");
}
