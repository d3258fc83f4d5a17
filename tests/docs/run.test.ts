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

/** What ends with findings, because its page is about something that is wrong; everything else has to end well. */
const withFindings: ReadonlySet<string> = new Set([
  "docs/check.md: talos-roles check controlplane.yaml worker.yaml --extensions drbd,zfs,tailscale --talos v1.13.6",
  "docs/check.md: talos-roles check worker.yaml --image ghcr.io/acme/talos-gateway:v1.13.6",
]);

const ended = new Set<string>();

describe("every command of the docs is run", () => {
  it.each([...new Set(run.map(({ file }) => file))].map((file) => [file] as const))(
    "%s",
    async (file) => {
      const folder = await world.folder(file);
      for (const block of run.filter((one) => one.file === file)) {
        for (const line of commandLines(block).map((one) => one.trim())) {
          const [, command = "", ...rest] = words(line);
          // These begin without a roles file.
          if (command === "import" || command === "init")
            await rm(join(folder, "roles.yaml"), { force: true });
          const { status, err } = await world.run([command, ...rest], folder);
          const wanted = withFindings.has(`${file}: ${line}`) ? 1 : 0;
          ended.add(`${file}: ${line}`);
          expect({ line, status, err: status === wanted ? "" : err }).toEqual({
            line,
            status: wanted,
            err: "",
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

  it("those that are to end with findings are among them", () => {
    expect([...withFindings].filter((line) => !ended.has(line))).toEqual([]);
  });

  it("those that are not run are counted", () => {
    const amount = (mark: Block["mark"]): number => blocks.filter((block) => block.mark === mark).length;
    console.log(
      `shell blocks of the docs: ${run.length} run here, ${amount("lab")} in the lab, ${amount("simulated")} with simulated nodes, ${amount("make")} by make, ${amount("external")} need hardware or an account`,
    );
    expect(run.length).toBeGreaterThan(10);
  });
});
