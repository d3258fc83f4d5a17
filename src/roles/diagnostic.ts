import type { Position } from "./model.ts";

export type Severity = "error" | "warning" | "info";

/** One finding: what is wrong, where, and what to write instead. The shape of `check --json`; absent facts are null. */
export interface Diagnostic {
  /** Id of the rule, lower case with dashes: `talos-roles explain RULE` tells about it. */
  rule: string;
  severity: Severity;
  /** What and why; never a value that may be a secret. */
  message: string;
  file: string | null;
  /** 1-based. */
  line: number | null;
  column: number | null;
  node: string | null;
  role: string | null;
  /** What to write instead: a YAML document or patch ready to use, or one sentence where there is nothing to paste. */
  fix: string | null;
}

export interface DiagnosticParts {
  rule: string;
  severity: Severity;
  message: string;
  position?: Position;
  node?: string;
  role?: string;
  fix?: string;
}

export const diagnostic = ({ position, node, role, fix, ...rest }: DiagnosticParts): Diagnostic => ({
  ...rest,
  file: position?.file ?? null,
  line: position?.line ?? null,
  column: position?.column ?? null,
  node: node ?? null,
  role: role ?? null,
  fix: fix ?? null,
});

const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Stable order for output: by file, line, column, then severity and rule. */
export const sortDiagnostics = (diagnostics: readonly Diagnostic[]): Diagnostic[] =>
  [...diagnostics].sort(
    (a, b) =>
      byText(a.file ?? "", b.file ?? "") ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0) ||
      rank[a.severity] - rank[b.severity] ||
      byText(a.rule, b.rule) ||
      byText(a.node ?? "", b.node ?? ""),
  );

/** `file:line:column: message`, with what to write instead on the next line. */
export function diagnosticLine({ file, line, column, message, fix }: Diagnostic): string {
  const where = file === null ? "" : `${[file, line, column].filter((part) => part !== null).join(":")}: `;
  return `${where}${message}${fix === null ? "" : `\n  ${fix.replaceAll("\n", "\n  ")}`}`;
}
