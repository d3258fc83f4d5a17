import { RolesError } from "../errors.ts";
import type { Diagnostic } from "../roles/diagnostic.ts";
import { annotation, githubDiagnostics } from "./github.ts";
import { paint } from "./paint.ts";
import { type SourceOf, textDiagnostics } from "./text.ts";

interface ErrorOptions {
  json?: boolean;
  github?: boolean;
  sourceOf?: SourceOf;
}

/** An error for standard error. Anything but a RolesError is a fault of this program, and shows where it came from. */
export function errorReport(
  error: unknown,
  { json = false, github = false, sourceOf }: ErrorOptions = {},
): string {
  if (json) return `${JSON.stringify({ error: errorData(error) }, null, 2)}\n`;
  if (!(error instanceof RolesError)) return faultText(error);
  const findings = error.details.filter(isDiagnostic);
  if (findings.length > 0 && error.code === "ROLES_INVALID")
    return findingsText(error, findings, { github, sourceOf });
  const { code, message, hint } = error;
  if (github)
    return annotation({
      level: "error",
      message: hint ? `${message}\n${hint}` : message,
      title: code,
    }).concat("\n");
  return `${paint("red", `error ${code}:`)} ${message}\n${hintText(hint)}`;
}

const isDiagnostic = (detail: object): detail is Diagnostic => "rule" in detail && "severity" in detail;
const hintText = (hint: string | undefined): string => (hint ? `  ${hint}\n` : "");

interface FindingsOptions {
  github: boolean;
  sourceOf: SourceOf | undefined;
}

/** Each problem with the line it is in, then the error's first line: the message has the same list without the lines. */
function findingsText(
  { code, message, hint }: RolesError,
  findings: readonly Diagnostic[],
  { github, sourceOf }: FindingsOptions,
): string {
  if (github) return githubDiagnostics(findings);
  const shown = textDiagnostics(findings, { stream: process.stderr, ...(sourceOf ? { sourceOf } : {}) });
  const [first = ""] = message.split("\n");
  return `${shown}\n${paint("red", `error ${code}:`)} ${first.replace(/:$/, "")}\n${hintText(hint)}`;
}

function errorData(error: unknown): object {
  if (error instanceof RolesError) {
    const { code, message, hint, details } = error;
    return { code, message, hint: hint ?? null, details };
  }
  return {
    code: "INTERNAL",
    message: error instanceof Error ? error.message : String(error),
    hint: null,
    details: [],
  };
}

function faultText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `this is a fault in talos-roles itself; please report it with what follows\n${text}\n`;
}
