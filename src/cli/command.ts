import { Command } from "@commander-js/extra-typings";

interface CommandText {
  /** What it does, in one line of the list of commands. */
  summary: string;
  /** Command lines that show it at work, each with a few words; help ends with them. */
  examples: readonly (readonly [line: string, words: string])[];
}

/** A command whose help ends with examples. */
export function command<const Name extends string>(name: Name, { summary, examples }: CommandText): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, words]) => `  $ ${line.padEnd(width)}  # ${words}`.trimEnd());
  return new Command(name)
    .description(summary)
    .addHelpText("after", `\n${lines.length === 1 ? "Example" : "Examples"}:\n${lines.join("\n")}`);
}
