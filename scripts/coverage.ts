// `npm run coverage [-- VITEST ARGUMENTS]`: the tests with coverage, and with it what the program ran where tests start it as a process of
// its own. Prints the covered lines by room, and ends with 1 below the bar.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { childLines, type RawCoverage } from "./coverage/child-lines.ts";

/** Percent of the lines of src/ below which the tests do not pass. */
const bar = 90;
const root = join(import.meta.dirname, "..");
const children = join(root, "out", "coverage-children");

interface FileCoverage {
  path: string;
  statementMap: Record<string, { start: { line: number } }>;
  s: Record<string, number>;
}

/** The lines of each source file on which a statement begins, and whether one of them was run in the tests' own process. */
function ownLines(): Map<string, Map<number, boolean>> {
  const text = readFileSync(join(root, "coverage", "coverage-final.json"), "utf8");
  const files = Object.values(JSON.parse(text) as Record<string, FileCoverage>);
  return new Map(
    files.map(({ path, statementMap, s }) => {
      const lines = new Map<number, boolean>();
      for (const [id, { start }] of Object.entries(statementMap))
        lines.set(start.line, (lines.get(start.line) ?? false) || (s[id] ?? 0) > 0);
      return [path, lines];
    }),
  );
}

function addChildren(files: Map<string, Map<number, boolean>>): void {
  for (const name of existsSync(children) ? readdirSync(children) : []) {
    const raw = JSON.parse(readFileSync(join(children, name), "utf8")) as RawCoverage;
    for (const [path, run] of childLines(raw)) {
      const lines = files.get(path);
      for (const line of run) if (lines?.has(line)) lines.set(line, true);
    }
  }
}

function report(files: Map<string, Map<number, boolean>>): boolean {
  const rooms = new Map<string, { lines: number; run: number }>();
  for (const [path, lines] of files) {
    const [, room = ""] = relative(root, path).split(sep);
    for (const name of lines.size > 0 ? [room, "all of src"] : []) {
      const sum = rooms.get(name) ?? { lines: 0, run: 0 };
      rooms.set(name, {
        lines: sum.lines + lines.size,
        run: sum.run + [...lines.values()].filter(Boolean).length,
      });
    }
  }
  for (const [name, { lines, run }] of [...rooms].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    console.log(
      `${name.padEnd(16)} ${((100 * run) / lines).toFixed(1).padStart(5)} %  ${run} of ${lines} lines`,
    );
  const all = rooms.get("all of src") ?? { lines: 1, run: 0 };
  return (100 * all.run) / all.lines >= bar;
}

rmSync(children, { recursive: true, force: true });
const vitest = join(root, "node_modules", ".bin", "vitest");
const { status } = spawnSync(vitest, ["run", "--coverage", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, CHILD_COVERAGE: children },
});
const files = ownLines();
addChildren(files);
const isEnough = report(files);
if (status !== 0 || !isEnough) process.exitCode = 1;
