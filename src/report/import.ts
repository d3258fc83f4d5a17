import { type NotCarried } from "../roles/import/imported.ts";
import { notCarriedLine } from "../roles/import/roles-text.ts";
import type { RolesInput } from "../roles/schema.ts";

interface Made {
  from: string;
  file: string | null;
  text: string;
  roles: RolesInput;
  notCarried: readonly NotCarried[];
}

/** What was found and where it was written, and what has no place in it; the file itself where it was only to be printed. */
export function importReport({ from, file, text, roles, notCarried }: Made): string {
  if (file === null) return text;
  const names = Object.keys(roles.roles);
  const amount = `${names.length} role${names.length === 1 ? "" : "s"} (${names.join(", ")}), ${roles.nodes?.length ?? 0} nodes`;
  const list =
    notCarried.length === 0
      ? "Everything was carried over.\n"
      : `Not carried over, and noted at the end of ${file}:\n${notCarried.map((one) => `  ${notCarriedLine(one)}\n`).join("")}`;
  return `Wrote ${file} from ${from}: ${amount}.\n${list}Next: look it through, then \`talos-roles check -f ${file}\`.\n`;
}
