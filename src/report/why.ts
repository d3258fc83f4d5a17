import type { Why } from "../cluster/why.ts";
import { printable, terminalText } from "./printable.ts";

/** The cause from its root to what is seen, the lines that show it, and what mends it. */
export function whyReport(why: Why): string {
  const { node, title, chain, evidence, fix, fixIsPatch, also } = why;
  const parts = [
    `${node}: ${printable(title)}${why.cause === null ? "" : ` (${why.cause})`}`,
    why.orElse.length === 0 ? "" : `From here it looks the same as ${why.orElse.join(" and ")}.`,
    chain.map((step, at) => `${"  ".repeat(at + 1)}→ ${printable(step)}`).join("\n"),
    section(
      "seen",
      evidence.map(({ source, text }) => `${source}: ${text}`),
    ),
    section(
      "also",
      also.map((one) => `${one.title} (${one.cause})`),
    ),
    fix === null ? "" : fixText(fix, { node, fixIsPatch }),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const section = (title: string, lines: string[]): string =>
  lines.length === 0 ? "" : `${title}:\n${lines.map((line) => `  ${printable(line)}`).join("\n")}`;

function fixText(fix: string, { node, fixIsPatch }: { node: string; fixIsPatch: boolean }): string {
  if (!fixIsPatch) return `to mend it: ${printable(fix)}`;
  const values = fix.includes("${") ? "put values where there is ${…}, " : "";
  return `to mend it, ${values}save as patch.yaml, and send it:\n  talosctl -n ${node} patch machineconfig --patch @patch.yaml\n\n${terminalText(fix.trimEnd())}`;
}
