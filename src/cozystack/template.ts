import { linesOf, notUnderstood, onlyLine } from "./lines.ts";
import type { SourceFile } from "./source.ts";

/** Where the template of a profile lies in the script. All are line indices. */
export interface Template {
  /** `cat > … <<EOT`. */
  start: number;
  /** `EOT`. */
  end: number;
  /** `systemExtensions:`. */
  list: number;
}

/** Finds the template. Errors: LAYOUT_UNKNOWN. */
export function templateOf(script: SourceFile): Template {
  const lines = linesOf(script);
  const start = onlyLine(script, /^\s*cat > \S+\.yaml <<\w+$/, "template that is written to a profile");
  const word = /<<(\w+)$/.exec(lines[start] ?? "")?.[1] ?? "";
  const end = lines.indexOf(word, start);
  const list = lines.findIndex((text, line) => line > start && line < end && text === "  systemExtensions:");
  if (list < 0) {
    throw notUnderstood({
      file: script,
      line: start,
      text: lines[start],
      why: "no systemExtensions in the template",
    });
  }
  return { start, end, list };
}
