import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { blocksOf, commandLines, pages, pageText } from "./blocks.ts";
import { words } from "./words.ts";

const root = join(import.meta.dirname, "..", "..");

/** The program with every action taken away: what remains is whether it would accept the words. */
function silentProgram(): Command {
  const program = buildProgram();
  const quiet = (command: Command): void => {
    command.action(() => {});
    command.commands.forEach((child) => quiet(child as Command));
  };
  program.commands.forEach((child) => quiet(child as Command));
  return program;
}

async function refusal(line: string): Promise<string | undefined> {
  try {
    await silentProgram().parseAsync(words(line).slice(1), { from: "user" });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

function brokenLinks(file: string): string[] {
  const text = pageText(file).replaceAll(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", fragment] = target.split("#");
    const full = path === "" ? join(root, file) : join(root, dirname(file), path);
    if (!existsSync(full)) return [target];
    if (fragment === undefined || !full.endsWith(".md")) return [];
    const headings = [...pageText(full.slice(root.length + 1)).matchAll(/^#+ (.*)$/gm)].map(([, one = ""]) =>
      anchor(one),
    );
    return headings.includes(fragment) ? [] : [target];
  });
}

describe("the docs", () => {
  it.each(pages.map((file) => [file] as const))("%s: every link leads somewhere", (file) => {
    expect(brokenLinks(file)).toEqual([]);
  });

  const lines = pages.flatMap((file) =>
    blocksOf(file)
      .filter(({ language }) => ["sh", "bash", "shell", "console"].includes(language))
      .flatMap((block) => commandLines(block).map((line) => ({ where: `${file}:${block.line}`, line }))),
  );

  it.each(lines)("$where: the program takes `$line`", async ({ line }) => {
    expect(await refusal(line)).toBeUndefined();
  });

  it("notices a command that is none", async () => {
    expect(await refusal("talos-roles build --no-such-option")).toMatch(/unknown option/);
    expect(await refusal("talos-roles bild")).toMatch(/unknown command/);
  });
});
