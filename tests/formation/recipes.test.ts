import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bootAnswers, type FolderCase, judgeFolder } from "./judge-folder.ts";

/** A recipe: files of a repository, and what is to be said about them. */
interface Recipe extends FolderCase {
  /** Errors and warnings, each with the nodes that it names; nothing else may be found. */
  findings?: Record<string, string[]>;
  /** Notes that must be among those given. */
  notes?: Record<string, string[]>;
  /** Patterns of what must be said somewhere. */
  says?: string[];
  /** Not even a note. */
  silent?: boolean;
}

const folder = join(import.meta.dirname, "recipes");
const files = readdirSync(folder)
  .sort()
  .map(
    (name) =>
      parse(readFileSync(join(folder, name), "utf8"), { merge: true }) as { recipe: string; cases: Recipe[] },
  );

it("every recipe from 1 to 32 is here", () => {
  const numbers = files.flatMap(({ recipe }) => recipe.split(/,\s*/).map(Number));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
});

describe.each(files)("recipes $recipe", ({ cases }) => {
  it.each(cases)("$about", async (recipe) => {
    const formation = await judgeFolder(recipe);
    expect(bootAnswers(formation)).toEqual(recipe.nodes);
    for (const [node, answer] of Object.entries(recipe.functional ?? {}))
      expect(formation.predictions.find((one) => one.node === node)?.roleFunctional.answer).toBe(answer);
    const heard = formation.diagnostics.filter(({ severity }) => recipe.silent || severity !== "info");
    const of = (rule: string) => heard.filter((one) => one.rule === rule);
    const named = [...new Set(heard.map(({ rule }) => rule))];
    expect(Object.fromEntries(named.map((rule) => [rule, of(rule).map(({ node }) => node)]))).toEqual(
      recipe.findings ?? {},
    );
    for (const [rule, nodes] of Object.entries(recipe.notes ?? {}))
      expect(formation.diagnostics.filter((one) => one.rule === rule).map(({ node }) => node)).toEqual(nodes);
    for (const text of recipe.says ?? []) expect(JSON.stringify(formation)).toMatch(new RegExp(text));
  });
});
