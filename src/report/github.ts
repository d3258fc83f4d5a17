import type { Diagnostic } from "../roles/diagnostic.ts";

interface Annotation {
  level: "error" | "warning" | "notice";
  message: string;
  file?: string | null;
  line?: number | null;
  column?: number | null;
  title?: string;
}

const escapeData = (text: string) =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string) => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** A workflow command of GitHub Actions that shows `message` at a place in a file. */
export function annotation({ level, message, file, line, column, title }: Annotation): string {
  const properties = Object.entries({ file, line, col: column, title })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${level}${properties.length > 0 ? ` ${properties.join(",")}` : ""}::${escapeData(message)}`;
}

const levels = { error: "error", warning: "warning", info: "notice" } as const;

/** One annotation a diagnostic, with the fix below the message. */
export const githubDiagnostics = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics
    .map(({ severity, message, fix, rule, file, line, column }) =>
      annotation({
        level: levels[severity],
        message: fix === null ? message : `${message}\n${fix}`,
        title: rule,
        file,
        line,
        column,
      }),
    )
    .map((text) => `${text}\n`)
    .join("");
