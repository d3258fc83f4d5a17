import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { Formation } from "../../src/formation/model.ts";
import { judge } from "../../src/formation/judge.ts";
import { type Given, judgeCase } from "./judge-case.ts";
import { type CorpusCase, sideInput } from "./rule-case.ts";

// What a user reads about each case of the corpus, word for word, as files that a reviewer reads: `npx vitest run -u
// tests/formation/told.test.ts` writes them anew. The other tests of this folder say which of it is right.

const told = (formation: Formation): string => stringify(formation, { lineWidth: 0 });
const read = <T>(...path: string[]): T =>
  parse(readFileSync(join(import.meta.dirname, ...path), "utf8")) as T;
const namesIn = (folder: string): string[] => readdirSync(join(import.meta.dirname, folder)).sort();

describe("what is told of a case that fails for one reason", () => {
  it.each(namesIn("rules"))("%s", async (name) => {
    const { cases } = read<{ cases: CorpusCase[] }>("rules", name);
    const texts: string[] = [];
    for (const one of cases) texts.push(`# ${one.about}\n${told(judge(await sideInput(one, one.bad)))}`);
    await expect(texts.join("---\n")).toMatchFileSnapshot(join("told", "rules", name));
  });
});

describe("what is told of a whole cluster", () => {
  it.each(namesIn("clusters"))("%s", async (name) => {
    const {
      given,
      files = {},
      roles,
    } = read<{
      given: Given;
      files?: Record<string, string>;
      roles?: string;
    }>("clusters", name);
    const formation = await judgeCase({ given, files, ...(roles === undefined ? {} : { roles }) });
    await expect(told(formation)).toMatchFileSnapshot(join("told", "clusters", name));
  });
});
