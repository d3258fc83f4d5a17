import { type Lines, linesOf } from "./lines.ts";
import type { SourceFile } from "./source.ts";

/** A rule of a Makefile: its targets, and where its recipe lies. */
export interface Rule {
  targets: readonly string[];
  /** Index of the line with the targets. */
  line: number;
  /** Indices of the lines of its recipe. */
  recipe: readonly number[];
}

/** The explicit rules of a Makefile, in order. */
export function rulesOf(makefile: Pick<SourceFile, "text">): Rule[] {
  const lines = linesOf(makefile);
  return lines.flatMap((text, line) => {
    const targets = /^([A-Za-z][\w. /-]*?)\s*:(?![=:])/.exec(text)?.[1];
    return targets === undefined
      ? []
      : [{ targets: targets.split(/\s+/), line, recipe: recipeAfter(lines, line) }];
  });
}

/** Lines that begin with a tab, and what they continue on. */
function recipeAfter(lines: Lines, rule: number): number[] {
  const found: number[] = [];
  for (let line = rule + 1; line < lines.length; line++) {
    const continued = lines[line - 1]?.endsWith("\\") && line - 1 > rule;
    if (!lines[line]?.startsWith("\t") && !continued) break;
    found.push(line);
  }
  return found;
}

/** The rule that makes `target`. */
export const ruleFor = (rules: readonly Rule[], target: string): Rule | undefined =>
  rules.find(({ targets }) => targets.includes(target));
