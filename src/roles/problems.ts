import type { z } from "zod";
import { RolesError } from "../errors.ts";
import { diagnostic, diagnosticLine, sortDiagnostics } from "./diagnostic.ts";
import type { Path, Problem, YamlSource } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

/** A problem before its place in the file is known. */
export interface PathProblem {
  path: Path;
  message: string;
  /** Whether it is the key at `path` that is wrong. */
  atKey?: boolean;
}

/** One problem for each thing to mend, from zod's issues: unknown keys singly, and of a union only the branch that was meant. */
export function problemsOf(issues: readonly Issue[], data: unknown, base: Path = []): PathProblem[] {
  return issues.flatMap((issue): PathProblem[] => {
    const path = [...base, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      const lines = issue.message.split("\n");
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        atKey: true,
        message: lines[index] ?? key,
      }));
    }
    if (issue.code === "invalid_key") {
      return issue.issues.map(({ message }) => ({ path, atKey: true, message }));
    }
    if (issue.code === "invalid_union") {
      const branch = meantBranch(issue.errors, path, data);
      if (branch) return problemsOf(branch, data, path);
    }
    return [{ path, message: missing(issue, path, data) + issue.message }];
  });
}

function missing(issue: Issue, path: Path, data: unknown): string {
  const key = path.at(-1);
  const isMissing = issue.path.length > 0 && typeof key === "string" && valueAt(data, path) === undefined;
  return isMissing ? `\`${key}\` is missing; ` : "";
}

/** The branch of a union whose kind of value (list, map, text) was written, and that needs the fewest changes; none where two are alike. */
function meantBranch(branches: readonly Issue[][], path: Path, data: unknown): Issue[] | undefined {
  const value = valueAt(data, path);
  const fitting = branches
    .filter((branch) => !branch.some((issue) => isOtherKind(issue, value)))
    .map((branch) => ({ branch, amount: amountOf(branch) }))
    .sort((a, b) => a.amount - b.amount);
  const [best, second] = fitting;
  return best && best.amount !== second?.amount ? best.branch : undefined;
}

const amountOf = (issues: readonly Issue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);

function isOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_type") return true;
  if (issue.code === "invalid_value") return issue.values.every((one) => typeof one !== typeof value);
  return (
    issue.code === "invalid_union" &&
    issue.errors.every((branch) => branch.some((one) => isOtherKind(one, value)))
  );
}

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | null | undefined)?.[part],
    data,
  );

export const locateProblem = (source: YamlSource, { path, message, atKey }: PathProblem): Problem => ({
  message,
  position: source.locate(path, atKey ? "key" : "value"),
});

/** All problems of a file as one error: each with file, line and column in the message, and as diagnostics in `details`. */
export function rolesInvalid(file: string, problems: readonly Problem[]): RolesError {
  const details = sortDiagnostics(
    problems.map(({ message, position }) =>
      diagnostic({ rule: "roles-invalid", severity: "error", message, position }),
    ),
  );
  const lines = details.map(diagnosticLine).map((line) => `\n  ${line.replaceAll("\n", "\n  ")}`);
  const amount = details.length === 1 ? "one problem" : `${details.length} problems`;
  return new RolesError("ROLES_INVALID", `${file} has ${amount}:${lines.join("")}`, {
    hint: "`talos-roles init` writes a file that is right, and docs/reference/roles-yaml.md lists every key.",
    details,
  });
}
