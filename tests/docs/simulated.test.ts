import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { cliWords, type Ended, ended, startedEnvironment } from "../helpers/cli.ts";
import { type Block, blocksOf, pages } from "./blocks.ts";

const cwd = mkdtempSync(join(tmpdir(), "docs-simulated-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Runs a block as its reader would, in a shell that the command is installed in. */
function shell({ text }: Block): ChildProcess {
  const command = cliWords([]).map((word) => `'${word}'`);
  const script = `talos-roles() { exec ${command.join(" ")} "$@"; }\n${text}\n`;
  return spawn("bash", ["-c", script], startedEnvironment({ cwd, env: { XDG_STATE_HOME: cwd } }));
}

/** The nodes that a page has started, and that run in its reader's other terminal. */
let nodes: { child: ChildProcess; over: Promise<Ended> } | undefined;
async function endNodes(): Promise<Ended | undefined> {
  nodes?.child.kill("SIGINT");
  const last = await nodes?.over;
  nodes = undefined;
  return last;
}
afterEach(endNodes);

async function startNodes(block: Block): Promise<void> {
  const child = shell(block);
  nodes = { child, over: ended(child) };
  const up = new Promise<string>((resolve) => {
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
      if (said.includes("Ctrl-C stops them")) resolve("up");
    });
  });
  expect(await Promise.race([up, nodes.over])).toBe("up");
}

const starts = ({ text }: Block): boolean => text.includes("lab simulate");

/** How the other blocks end, and what they say: each page is about a node that is not well. */
const expected: Readonly<Record<string, { status: number; says: RegExp }[]>> = {
  "docs/troubleshooting.md": [{ status: 1, says: /^n1: .*\(C6\)/ }],
  "docs/verify.md": [{ status: 1, says: /n1: no ExtensionServiceConfig named tailscale/ }],
};

const simulated = new Map(
  pages.map((page) => [page, blocksOf(page).filter(({ mark }) => mark === "simulated")] as const),
);
const found = [...simulated].filter(([, blocks]) => blocks.length > 0);

describe("every block of the docs that is for simulated nodes", () => {
  it("is on a page of which it is known how it ends", () => {
    expect(found.map(([page]) => page)).toEqual(Object.keys(expected));
  });

  it.each(found)("%s", { timeout: 120_000 }, async (page, blocks) => {
    const asked: { status: number | null; out: string }[] = [];
    for (const block of blocks) {
      if (starts(block)) {
        await endNodes();
        await startNodes(block);
      } else asked.push(await ended(shell(block)));
    }
    expect(
      asked.map(({ status, out }, at) => ({
        status,
        says: out.match(expected[page]?.[at]?.says ?? /$^/)?.length ?? out,
      })),
    ).toEqual(expected[page]?.map(({ status }) => ({ status, says: 1 })));
    // Ctrl-C is how the page says that it ends.
    expect(await endNodes()).toMatchObject({ status: 130 });
  });
});
