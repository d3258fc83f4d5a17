import type { Formation } from "../formation/model.ts";
import type { Diagnostic } from "../roles/diagnostic.ts";
import type { Position } from "../roles/model.ts";
import { annotation, githubDiagnostics } from "./github.ts";
import { predictionsText } from "./predictions.ts";
import { amountText, type SourceOf, textDiagnostics } from "./text.ts";

interface CheckResult extends Formation {
  /** What was seen and not judged, and why. */
  notes: (Position & { message: string })[];
}

interface CheckOptions {
  github?: boolean | undefined;
  sourceOf?: SourceOf;
}

/** The text form of a check: annotations with `github`, else the findings with their lines, the predictions, what is silenced, and a closing line. */
export const checkReport =
  ({ github = false, sourceOf }: CheckOptions) =>
  (result: CheckResult, width?: number): string => {
    const { diagnostics, predictions, notes } = result;
    if (github)
      return [githubDiagnostics(diagnostics), ...notes.map(noteAnnotation), ...silencedLines(result)].join(
        "",
      );
    const parts = [
      textDiagnostics(diagnostics, sourceOf ? { sourceOf } : {}),
      predictionsText(predictions, width),
      [...notes.map(({ message }) => `note: ${message}\n`), ...silencedLines(result)].join(""),
    ].filter(Boolean);
    return [...parts, closing(diagnostics, predictions.length + diagnostics.length)].join("\n");
  };

const noteAnnotation = ({ message, file, line, column }: CheckResult["notes"][number]): string =>
  `${annotation({ level: "notice", message, file, line, column, title: "not judged" })}\n`;

const silencedLines = ({ silenced }: CheckResult): string[] =>
  silenced.map(
    ({ rule, reason, findings }) =>
      `silenced: ${rule}, ${findings === 1 ? "1 finding" : `${findings} findings`}: ${reason}\n`,
  );

function closing(diagnostics: readonly Diagnostic[], judged: number): string {
  if (judged === 0) return "Nothing to judge: no whole machine config and no roles file was given.\n";
  return diagnostics.length === 0 ? "No findings.\n" : `${amountText(diagnostics)}.\n`;
}
