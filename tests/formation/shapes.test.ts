import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bootAnswers, type FolderCase, judgeFolder } from "./judge-folder.ts";

/** A repository of a shape that people publish. */
interface Shape extends FolderCase {
  /** Findings that are right, each with its reason in a comment beside it. */
  findings?: Record<string, string[]>;
}

const folder = join(import.meta.dirname, "shapes");
const shapes = readdirSync(folder)
  .sort()
  .map((name) => ({
    name,
    cases: parse(readFileSync(join(folder, name), "utf8"), { merge: true }) as Shape[],
  }));

it("there are thirty of them", () => {
  expect(shapes.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(30);
});

describe.each(shapes)("$name", ({ cases }) => {
  it.each(cases)("no false alarm: $about", async (shape) => {
    const formation = await judgeFolder(shape);
    expect(bootAnswers(formation)).toEqual(shape.nodes);
    const alarms = formation.diagnostics.filter(({ severity }) => severity !== "info");
    const rules = [...new Set(alarms.map(({ rule }) => rule))];
    const named = rules.map((rule) => [
      rule,
      alarms.filter((one) => one.rule === rule).map(({ node }) => node),
    ]);
    expect(Object.fromEntries(named)).toEqual(shape.findings ?? {});
  });
});
