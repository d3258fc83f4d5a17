import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { benches } from "../bench/benches.ts";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/performance.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| what"));
const named = rows.map((row) => /`npm run bench -- ([\w-]+)`/.exec(row)?.[1] ?? row);

it("every bench is a file, and its bar a row of the page; every row names its bench", () => {
  for (const { script } of benches)
    expect([script, existsSync(join(root, "bench", script))]).toEqual([script, true]);
  expect([...new Set(named)].toSorted()).toEqual(benches.map(({ name }) => name).toSorted());
});

it("`npm run bench` runs them", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  expect(scripts["bench"]).toBe("npm run build && tsx bench/run.ts");
  expect(Object.keys(scripts).filter((name) => name.startsWith("bench:"))).toEqual([]);
});
