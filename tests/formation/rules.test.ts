import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Formation } from "../../src/formation/model.ts";
import { causes } from "../../src/formation/causes.ts";
import { rules } from "../../src/formation/rules.ts";
import { judge } from "../../src/formation/judge.ts";
import { type CorpusCase, sideInput } from "./rule-case.ts";

/** One file of `rules/`: cases that fail for one reason, each with its smallest correction. */
interface CorpusFile {
  rule: string;
  cases: CorpusCase[];
}

const folder = join(import.meta.dirname, "rules");
const corpus = readdirSync(folder)
  .sort()
  .map((name) => ({ name, ...(parse(readFileSync(join(folder, name), "utf8")) as CorpusFile) }));

const judgeSide = async (...side: Parameters<typeof sideInput>): Promise<Formation> =>
  judge(await sideInput(...side));

/** Ids of rules with findings; notes count only where the rule itself is one. */
const found = ({ diagnostics }: Formation, rule: string): string[] => [
  ...new Set(
    diagnostics.filter((one) => one.severity !== "info" || one.rule === rule).map((one) => one.rule),
  ),
];

describe.each(corpus)("$rule", ({ rule, cases, name }) => {
  it("is in the file of its name", () => expect(name).toBe(`${rule}.yaml`));

  it.each(cases)("$about", async (one) => {
    const bad = await judgeSide(one, one.bad);
    expect(found(bad, rule)).toEqual([rule]);
    expect(found(await judgeSide(one, one.good), rule)).toEqual([]);
    const findings = bad.diagnostics.filter((diagnostic) => diagnostic.rule === rule);
    for (const { message, file, line } of findings) {
      expect(message.length).toBeGreaterThan(20);
      if (one.as !== "roles" && rule !== "role-count") expect({ file, line }).not.toContain(null);
    }
    if (one.fixApplies) {
      const fixes = findings.map(({ fix }) => fix ?? "");
      expect(found(await judgeSide(one, one.bad, fixes), rule)).toEqual([]);
    }
    if (one.secret !== undefined) expect(JSON.stringify(bad)).not.toContain(one.secret);
  });
});

describe("every rule", () => {
  const ids = rules.map(({ id }) => id);

  it("has a file of cases, and no file is without a rule", () => {
    expect(corpus.map(({ rule }) => rule)).toEqual([...ids].sort());
    for (const { cases } of corpus) expect(cases.length).toBeGreaterThan(0);
  });

  it("has its page", () => {
    const pages = join(import.meta.dirname, "..", "..", "docs", "rules");
    expect(ids.filter((id) => !existsSync(join(pages, `${id}.md`)))).toEqual([]);
    const others = readdirSync(pages).filter(
      (name) => name !== "README.md" && !ids.includes(name.slice(0, -3)),
    );
    expect(others).toEqual([]);
  });

  it("is an error only where it says no to Ready or boot, or breaks a count", async () => {
    for (const { rule, cases } of corpus) {
      for (const one of cases) {
        const { diagnostics, predictions } = await judgeSide(one, one.bad);
        const errors = diagnostics.filter((finding) => finding.severity === "error");
        const answers = predictions.flatMap(({ kubernetesReady, bootCompletes }) => [
          kubernetesReady.answer,
          bootCompletes.answer,
        ]);
        expect({ rule, about: one.about, no: answers.includes("no") }).toEqual({
          rule,
          about: one.about,
          no: errors.length > 0 && rule !== "role-count",
        });
      }
    }
  });
});

it("every cause that can be known beforehand has a rule", () => {
  const range = (letter: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${letter}${from + index}`);
  const wanted = [
    ...range("A", 1, 11),
    ...range("B", 1, 4),
    ...range("B", 6, 12),
    "C1",
    "C2",
    "C4",
    "C6",
    ...range("D", 5, 8),
    ...range("E", 4, 7),
  ];
  const covered = new Set(rules.flatMap(({ rows }) => rows));
  expect([...covered].filter((row) => !causes[row])).toEqual([]);
  expect(wanted.filter((row) => !covered.has(row))).toEqual([]);
});
