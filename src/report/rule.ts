import { causes } from "../formation/causes.ts";
import type { Rule } from "../formation/rule.ts";
import { paint } from "./paint.ts";
import { table } from "./table.ts";

const colours = { error: "red", warning: "yellow", info: "cyan" } as const;

/** What a rule is about, for people. */
export function ruleText({ id, severity, title, reason, fix, rows, source }: Rule): string {
  const foreseen = rows.map((row) => `  ${row}  ${causes[row]}\n`).join("");
  return `${paint(colours[severity], `${severity} ${id}`, process.stdout)}\n${title}.\n\n${wrapped(reason)}\nWhat to do: ${fix}\n${foreseen === "" ? "" : `\nForesees:\n${foreseen}`}\nSource: ${source}\n`;
}

/** All rules, for a reader who looks for one. */
export const rulesText = (rules: readonly Rule[], width?: number): string =>
  table(
    rules,
    [
      { title: "RULE", value: ({ id }) => id },
      { title: "SEVERITY", value: ({ severity }) => severity },
      { title: "ABOUT", value: ({ title }) => title },
    ],
    { width },
  );

const wrapped = (text: string, width = 100): string => {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line, ""].join("\n");
};

/** A rule as plain data. */
export const ruleData = ({ id, severity, title, reason, fix, rows, source, scope }: Rule) => ({
  id,
  severity,
  title,
  reason,
  fix,
  rows,
  source,
  scope,
});
