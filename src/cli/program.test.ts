import type { Command } from "@commander-js/extra-typings";
import { describe, expect, it } from "vitest";
import { parseMirror } from "./options.ts";
import { buildProgram } from "./program.ts";
import { userPath } from "./user-path.ts";

type AnyCommand = Pick<Command, "name" | "configureOutput" | "outputHelp"> & {
  commands: readonly AnyCommand[];
};
const program = buildProgram() as unknown as AnyCommand;
const known = userPath.flatMap(({ commands }) => commands);

function help(command: AnyCommand): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const withChildren = (command: AnyCommand): AnyCommand[] => [
  command,
  ...command.commands.flatMap(withChildren),
];
const all = program.commands.flatMap((command) =>
  withChildren(command).map((one) => ({
    name: one === command ? one.name() : `${command.name()} ${one.name()}`,
    one,
  })),
);

describe("the command line", () => {
  it("has no command outside the user's path, and shows them in its order", () => {
    const registered = program.commands.map((command) => command.name());
    expect(registered).toEqual(known.filter((name) => registered.includes(name)));
  });

  it("names every command once", () => {
    expect(new Set(known).size).toBe(known.length);
  });

  it("lists in --help what it has, in groups", () => {
    const text = help(program);
    for (const { group, commands } of userPath) {
      const registered = commands.filter((name) =>
        program.commands.some((command) => command.name() === name),
      );
      if (registered.length > 0) expect(text).toContain(`\n${group}\n  ${registered[0]} `);
      for (const name of registered) expect(text).toMatch(new RegExp(`^  ${name}\\b.*\\S$`, "m"));
    }
  });

  it.each(all)("help of $name has an example of it", ({ name, one }) => {
    expect(help(one)).toMatch(new RegExp(`\\nExamples?:\\n(?:.*\\n)*?  \\$ .*talos-roles ${name}`));
  });
});

describe("--mirror", () => {
  it("takes HOST=URL, again and again", () => {
    const first = parseMirror("ghcr.io=http://127.0.0.1:5000");
    expect(parseMirror("registry.example:5000=https://m.example/a", first)).toEqual({
      "ghcr.io": "http://127.0.0.1:5000",
      "registry.example:5000": "https://m.example/a",
    });
  });

  it.each(["ghcr.io", "=http://x", "ghcr.io=", "ghcr.io=127.0.0.1:5000", "ghcr.io=ftp://x", "a/b=http://x"])(
    "refuses %j",
    (value) => {
      expect(() => parseMirror(value)).toThrow(/HOST=URL/);
    },
  );
});
