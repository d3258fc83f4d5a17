import { RolesError } from "../errors.ts";
import { type Diagnostic, diagnostic } from "./diagnostic.ts";
import type { Count, Role, RolesFile } from "./model.ts";

export const countRule = "role-count";

/** `exactly 1`, `at least 1`, `1 to 3`, `any number`. */
export function countText({ min, max }: Count): string {
  if (max === null) return min === 0 ? "any number" : `at least ${min}`;
  if (min === max) return `exactly ${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}

/** One diagnostic for each role that the inventory gives to too many nodes or too few. Nothing without an inventory. */
export function countDiagnostics(file: RolesFile): Diagnostic[] {
  if (file.nodes.length === 0) return [];
  return file.roles.flatMap((role) => {
    const nodes = file.nodes.filter((node) => node.role === role.name);
    const { min, max } = role.count;
    if (nodes.length >= min && (max === null || nodes.length <= max)) return [];
    const others = file.nodes.filter((node) => node.role !== role.name);
    return [countDiagnostic(role, namesOf(nodes), namesOf(others))];
  });
}

const namesOf = (nodes: RolesFile["nodes"]): string[] => nodes.map(({ name }) => name);

/** Of a large inventory the first ones. */
const listed = (names: readonly string[], most = 10): string =>
  names.length <= most
    ? names.join(", ")
    : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;

function countDiagnostic(role: Role, nodes: readonly string[], others: readonly string[]): Diagnostic {
  const wanted = countText(role.count);
  const named =
    nodes.length === 0
      ? `no node has it: not one of ${listed(others)}`
      : `${nodes.length} have it: ${nodes.join(", ")}`;
  const surplus = nodes.length - (role.count.max ?? nodes.length);
  return diagnostic({
    rule: countRule,
    severity: "error",
    message: `role \`${role.name}\` is for ${wanted} node${wanted.endsWith(" 1") ? "" : "s"}, but ${named}`,
    position: role.position,
    role: role.name,
    fix:
      surplus > 0
        ? `Give another role to ${surplus === 1 ? "one" : `${surplus}`} of ${nodes.join(", ")}, or raise \`count\`.`
        : `Give role \`${role.name}\` to ${role.count.min - nodes.length} more under \`nodes\`, or lower \`count\`.`,
  });
}

/** Stops where a count is broken, for commands that would do harm. Errors: COUNT_VIOLATED, naming the nodes. */
export function requireCounts(file: RolesFile): void {
  const details = countDiagnostics(file);
  if (details.length === 0) return;
  throw new RolesError("COUNT_VIOLATED", details.map(({ message }) => message).join("; "), {
    hint: details.map(({ fix }) => fix).join(" "),
    details,
  });
}
