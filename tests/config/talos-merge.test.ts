import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readConfig } from "../../src/talos/config/document.ts";
import { applyPatches } from "../../src/talos/config/patch.ts";
import { plain } from "../../src/talos/config/tree.ts";
import { talosCases, type TalosCase } from "./talos-cases.ts";

/** What Talos 1.13.9's own code made of each case: scripts/talos-merge. */
interface Answer extends TalosCase {
  once: string;
  twice: string;
  warnings: string[];
}

const { cases: answers } = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/talos-merge.json"), "utf8"),
) as { cases: Answer[] };

/** Empty values mean nothing to Talos, and its encoder writes some of them. */
function essential(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map(essential) : undefined;
  if (value === null || value === "" || typeof value !== "object")
    return value === null || value === "" ? undefined : value;
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, essential(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

describe("what config writes, in Talos' own hands", async () => {
  const cases = await talosCases();

  it("is what Talos was asked about", () => {
    expect(answers.map(({ name, config, patches }) => ({ name, config, patches }))).toEqual(cases);
  });

  it.each(answers)("$name: valid, and the same after the second time", ({ once, twice, warnings }) => {
    expect(twice).toBe(once);
    expect(warnings).toEqual([]);
  });

  it.each(answers)("$name: our merge gives the same", ({ config, patches, once }) => {
    const merged = applyPatches(
      readConfig(config, "config.yaml").documents,
      patches.map((text, index) => readConfig(text, `${index}.yaml`)),
    );
    expect(merged.problems).toEqual([]);
    expect(merged.documents.map(({ root }) => essential(plain(root)))).toEqual(
      parseAllDocuments(once).map((document) => essential(document.toJS())),
    );
  });
});
