import { redact } from "./redact.ts";
import { fit, widthOf } from "./text-width.ts";

interface FramePlace {
  line: number;
  column: number;
}

/** The line in question with the one before it, numbered, and a caret below the column. Secrets are hidden. */
export function codeFrame(text: string, { line, column }: FramePlace, width = 100): string {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines[line - 1] === undefined) return "";
  const digits = String(line).length;
  const shown = [line - 1, line]
    .filter((number) => number > 0)
    .map((number) => `${String(number).padStart(digits)} │ ${fit(safe(lines[number - 1] ?? ""), width)}`);
  const before = widthOf(safe((lines[line - 1] ?? "").slice(0, column - 1)));
  const caret = before < width ? [`${" ".repeat(digits)} │ ${" ".repeat(before)}^`] : [];
  return [...shown, ...caret].map((row) => `${row.trimEnd()}\n`).join("");
}

/** One column a tab, so that the caret stands where it should; no control character reaches the terminal. */
// oxlint-disable-next-line no-control-regex
const safe = (line: string): string =>
  redact(line.replaceAll("\t", " ").replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, "?"));
