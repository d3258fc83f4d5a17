import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Block, blocksOf, commandLines, pages } from "./blocks.ts";
import { type DocsWorld, docsWorld } from "./world.ts";
import { words } from "./words.ts";

let world: DocsWorld;
beforeAll(async () => {
  world = await docsWorld();
}, 240_000);
afterAll(() => world.close());

const isShell = ({ language }: Block): boolean => ["sh", "bash", "shell", "console"].includes(language);
const blocks = pages.flatMap((file) => blocksOf(file).filter(isShell));
const run = blocks.filter(({ mark }) => mark === undefined);

/** Findings are what `check`, `diff` and `lock --check` are there to end with; everything else has to end well. */
const findings = new Set(["check", "diff"]);

describe("every command of the docs is run", () => {
  it.each([...new Set(run.map(({ file }) => file))].map((file) => [file] as const))(
    "%s",
    async (file) => {
      const folder = await world.folder();
      for (const block of run.filter((one) => one.file === file)) {
        for (const line of commandLines(block)) {
          const [, command = "", ...rest] = words(line);
          // These begin without a roles file.
          if (command === "import" || command === "init")
            await rm(join(folder, "roles.yaml"), { force: true });
          const { status, err } = await world.run([command, ...rest], folder);
          const accepted = findings.has(command) ? [0, 1] : [0];
          expect({ line, status: accepted.includes(status ?? -1) ? "ok" : `${status}: ${err}` }).toEqual({
            line,
            status: "ok",
          });
        }
      }
    },
    240_000,
  );

  it("a block that is run has no other program in it: one that has says in a comment why it is not run", () => {
    const others = run.flatMap(({ file, line, text }) =>
      text
        .replaceAll("\\\n", " ")
        .split("\n")
        .map((one) => one.trim())
        .filter((one) => one !== "" && !one.startsWith("#") && !/^(?:\$ )?talos-roles /.test(one))
        .map((one) => `${file}:${line}: ${one}`),
    );
    expect(others).toEqual([]);
  });

  it("those that are not run are counted", () => {
    const amount = (mark: Block["mark"]): number => blocks.filter((block) => block.mark === mark).length;
    console.log(
      `shell blocks of the docs: ${run.length} run here, ${amount("lab")} run in the lab, ${amount("make")} by make, ${amount("external")} need hardware or an account`,
    );
    expect(run.length).toBeGreaterThan(10);
  });
});
