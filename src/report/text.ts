import type { Diagnostic, Severity } from "../roles/diagnostic.ts";
import { codeFrame } from "./code-frame.ts";
import { paint } from "./paint.ts";

/** The text of a file that a diagnostic points into; undefined where it cannot be had. */
export type SourceOf = (file: string) => string | undefined;

interface TextOptions {
  sourceOf?: SourceOf;
  /** Where it will be shown, for colours. */
  stream?: NodeJS.WriteStream;
}

const colours = { error: "red", warning: "yellow", info: "cyan" } as const satisfies Record<Severity, string>;

/** Diagnostics for people: rule and place, the reason, the line in question, the fix. An empty line between them. */
export const textDiagnostics = (diagnostics: readonly Diagnostic[], options: TextOptions = {}): string =>
  diagnostics.map((one) => textDiagnostic(one, options)).join("\n");

function textDiagnostic(
  one: Diagnostic,
  { sourceOf = () => undefined, stream = process.stdout }: TextOptions,
): string {
  const { severity, rule, message, node, role, fix } = one;
  const about = [...(node === null ? [] : [`node ${node}`]), ...(role === null ? [] : [`role ${role}`])].join(
    ", ",
  );
  const head = [paint(colours[severity], `${severity} ${rule}`, stream), placeOf(one), about]
    .filter(Boolean)
    .join("  ");
  const body = [message, frameOf(one, sourceOf).trimEnd(), fix === null ? "" : fixText(fix.trimEnd())].filter(
    Boolean,
  );
  return `${head}\n${body.map(indent).join("\n")}\n`;
}

/** A document stands on lines of its own, so that it can be copied with its indentation. */
const fixText = (fix: string): string => (fix.includes("\n") ? `fix:\n${indent(fix)}` : `fix: ${fix}`);

const placeOf = ({ file, line, column }: Diagnostic): string =>
  [file, line, column].filter((part) => part !== null).join(":");

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

function frameOf({ file, line, column }: Diagnostic, sourceOf: SourceOf): string {
  if (file === null || line === null || column === null) return "";
  const text = sourceOf(file);
  return text === undefined ? "" : codeFrame(text, { line, column });
}

/** `2 errors, 1 warning.`; the words for none are the caller's. */
export function amountText(diagnostics: readonly Diagnostic[]): string {
  const severities: [Severity, string][] = [
    ["error", "error"],
    ["warning", "warning"],
    ["info", "note"],
  ];
  return severities
    .map(([severity, word]) => ({
      word,
      amount: diagnostics.filter((one) => one.severity === severity).length,
    }))
    .filter(({ amount }) => amount > 0)
    .map(({ word, amount }) => `${amount} ${word}${amount === 1 ? "" : "s"}`)
    .join(", ");
}
