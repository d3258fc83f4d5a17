import type { FoundTool } from "../formats/examine-tools.ts";
import { table } from "./table.ts";

/** Tools as a table, then the lines that install what is missing. */
export function doctorReport({ tools }: { tools: FoundTool[] }, width?: number): string {
  const rows = table(
    tools,
    [
      { title: "TOOL", value: ({ command }) => command },
      { title: "FOUND", value: ({ path }) => path ?? "missing" },
      { title: "VERSION", value: ({ version }) => version ?? "-" },
      { title: "NEEDED FOR", value: ({ neededFor }) => neededFor },
    ],
    { width },
  );
  const lines = [...new Set(tools.filter(({ path }) => path === null).map(({ install }) => install))];
  const closing =
    lines.length === 0 ? "Everything is here." : `Missing; to install:\n  ${lines.join("\n  ")}`;
  return `${rows}\n${closing}\n`;
}
