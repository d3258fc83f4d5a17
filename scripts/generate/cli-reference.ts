// Every command with its help, as the program itself prints it.
import type { Command } from "@commander-js/extra-typings";
import { buildProgram } from "../../src/cli/program.ts";

interface AnyCommand extends Pick<Command, "name" | "description" | "configureOutput" | "outputHelp"> {
  commands: readonly AnyCommand[];
}

const intro = `# The command line

Written by \`npm run generate\` from the program's own help. Exit status of every command: 0 good, 1 findings or a failure,
2 wrong usage or input, 3 a needed tool or service is missing or cannot be reached. \`NO_COLOR\` is honoured; progress goes to
standard error and results to standard output, so that both can be piped.
`;

function help(command: AnyCommand): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 110,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}

function sections(command: AnyCommand, parents: readonly string[]): string[] {
  const path = [...parents, command.name()];
  const children = command.commands.filter((child) => child.name() !== "help");
  const own = `${"#".repeat(path.length)} ${path.join(" ")}\n\n\`\`\`text\n${help(command)}\n\`\`\`\n`;
  return [own, ...children.flatMap((child) => sections(child, path))];
}

export const path = "docs/reference/cli.md";
export const generate = (): string => {
  const program = buildProgram() as unknown as AnyCommand;
  const children = program.commands.filter((child) => child.name() !== "help");
  return [
    intro,
    `\`\`\`text\n${help(program)}\n\`\`\`\n`,
    ...children.flatMap((child) => sections(child, ["talos-roles"])),
  ].join("\n");
};
