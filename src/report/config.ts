import type { CommandStep } from "../machine/commands.ts";

interface Written {
  files: readonly { path: string; secret: boolean }[];
}

/** What `config --out` wrote. */
export const writtenReport = ({ files }: Written): string =>
  files.map(({ path, secret }) => `wrote ${path}${secret ? " (holds secrets: mode 0600)" : ""}\n`).join("");

/** Lines for a shell, with the reason for each group above it. */
export const commandsReport = ({ steps }: { steps: readonly CommandStep[] }): string =>
  steps.map(({ title, lines }) => `# ${title}.\n${lines.map((line) => `${line}\n`).join("")}`).join("\n");
