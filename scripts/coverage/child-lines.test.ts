import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { childLines, type RawCoverage } from "./child-lines.ts";

const program = `interface Shape {
  sides: number;
}

export function name({ sides }: Shape): string {
  if (sides === 3) {
    return "triangle";
  }
  return "another";
}

export function never(): string {
  return "never";
}

console.log(name({ sides: 4 }));
`;

it("tells the lines that a process from TypeScript has run, and no others", () => {
  const folder = mkdtempSync(join(tmpdir(), "coverage-"));
  const path = join(folder, "shape.mts");
  writeFileSync(path, program);
  const env = { ...process.env, NODE_V8_COVERAGE: join(folder, "raw") };
  execFileSync(process.execPath, ["--import", import.meta.resolve("tsx"), path], { env });
  const lines = readdirSync(join(folder, "raw")).flatMap((name) => {
    const raw = JSON.parse(readFileSync(join(folder, "raw", name), "utf8")) as RawCoverage;
    return [...(childLines(raw).get(path) ?? [])];
  });
  rmSync(folder, { recursive: true });
  const texts = program.split("\n");
  const run = [...new Set(lines)].map((line) => texts[line - 1]?.trim());
  expect(run).toEqual(expect.arrayContaining(["if (sides === 3) {", 'return "another";', "console.log(name({ sides: 4 }));"]));
  expect(run).not.toContain('return "triangle";');
  expect(run).not.toContain('return "never";');
});
