import { RolesError } from "../errors.ts";
import { alternatives, nearest } from "../roles/nearest.ts";
import type { Rule } from "./rule.ts";
import { rules } from "./rules.ts";

/** The rule of that id. Errors: USAGE, with the nearest ids. */
export function findRule(id: string): Rule {
  const found = rules.find((rule) => rule.id === id);
  if (found) return found;
  const near = nearest(
    id,
    rules.map((rule) => rule.id),
  );
  throw new RolesError("USAGE", `there is no rule ${id}`, {
    hint: near.length > 0 ? `Did you mean ${alternatives(near)}?` : "`talos-roles explain` lists all rules.",
  });
}
