import { RolesError } from "../errors.ts";
import type { SourceFile } from "./source.ts";

/** A file as lines, each without its end; the last is empty when the file ends with one. */
export type Lines = readonly string[];

export const linesOf = ({ text }: { text: string }): Lines => text.split("\n");

interface NotUnderstood {
  file: Pick<SourceFile, "path">;
  /** Index of the line, from 0; undefined where a line is missing. */
  line?: number | undefined;
  text?: string | undefined;
  why: string;
}

/** The refusal of a layout: names the line that was not understood. */
export function notUnderstood({ file, line, text, why }: NotUnderstood): RolesError {
  const place = line === undefined ? file.path : `${file.path}:${line + 1}`;
  const quoted = text === undefined ? "" : `: \`${text.trim()}\``;
  return new RolesError("LAYOUT_UNKNOWN", `${place}: ${why}${quoted}`, {
    hint: "A patch is only made for what is understood in full. Use a CozyStack release, or report this line.",
    details: [{ path: file.path, ...(line === undefined ? {} : { line: line + 1 }), why }],
  });
}

/** Index of the one line that matches. Errors: LAYOUT_UNKNOWN when there is none or a second one. */
export function onlyLine(file: SourceFile, pattern: RegExp, what: string): number {
  const lines = linesOf(file);
  const [first, second] = lines.flatMap((text, line) => (pattern.test(text) ? [line] : []));
  if (first === undefined) throw notUnderstood({ file, why: `it has no ${what}` });
  if (second !== undefined) {
    throw notUnderstood({ file, line: second, text: lines[second], why: `a second ${what}` });
  }
  return first;
}

/** Refuses line ends of another system: `sh` and `make` cannot run such a file. */
export function refuseCarriageReturns(file: SourceFile): void {
  const line = linesOf(file).findIndex((text) => text.endsWith("\r"));
  if (line >= 0) {
    throw notUnderstood({ file, line, why: "the line ends with CR LF, which neither sh nor make can read" });
  }
}
