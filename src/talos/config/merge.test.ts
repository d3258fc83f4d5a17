import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readConfig } from "./document.ts";
import { applyPatches } from "./patch.ts";
import { plain } from "./tree.ts";

interface Case {
  name: string;
  config: string;
  patches: string[];
  result: string | null;
}

const { cases } = JSON.parse(readFileSync(new URL("fixtures/merge.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

/** Empty values mean nothing to Talos, and its encoder writes some of them. */
function essential(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map(essential) : undefined;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value)
      .map(([key, inner]) => [key, essential(inner)] as const)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  }
  return value === null || value === "" ? undefined : value;
}

const merge = (config: string, patches: readonly string[]) => {
  const merged = applyPatches(
    readConfig(config, "config.yaml").documents,
    patches.map((patch, index) => readConfig(patch, `patch-${index}.yaml`)),
  );
  return { ...merged, plain: merged.documents.map(({ root }) => essential(plain(root))) };
};

describe("patches, as Talos' own code applies them", () => {
  it.each(cases)("$name", ({ config, patches, result }) => {
    const merged = merge(config, patches);
    if (result === null) {
      expect(merged.problems).not.toEqual([]);
      return;
    }
    // The cases are those of 1.14, which skips a deletion without its document.
    expect(merged.problems.filter(({ sort }) => sort !== "patch-document-absent")).toEqual([]);
    expect(merged.plain).toEqual(parseAllDocuments(result).map((document) => essential(document.toJS())));
  });
});

describe("a merge", () => {
  const tree = fc.letrec((tie) => ({
    node: fc.oneof({ depthSize: "small" }, fc.string(), fc.integer(), fc.boolean(), tie("list"), tie("map")),
    list: fc.array(tie("node"), { maxLength: 3 }),
    map: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("node"), { maxKeys: 4 }),
  })).map;

  it("leaves its inputs alone and needs nothing but YAML", () => {
    fc.assert(
      fc.property(tree, tree, (left, right) => {
        const config = JSON.stringify({ version: "v1alpha1", machine: left });
        const file = readConfig(config, "config.yaml");
        const before = JSON.stringify(file.documents.map(({ root }) => plain(root)));
        applyPatches(file.documents, [readConfig(JSON.stringify({ machine: right }), "patch.yaml")]);
        expect(JSON.stringify(file.documents.map(({ root }) => plain(root)))).toBe(before);
      }),
    );
  });

  it("keeps the place of every value, whichever file it comes from", () => {
    const { documents } = merge("machine:\n  type: worker\n", ["machine:\n\n  sysctls:\n    a: b\n"]);
    const machine = documents[0]?.root.entries.get("machine")?.value;
    expect(machine?.kind === "map" && machine.entries.get("sysctls")?.at).toEqual({
      file: "patch-0.yaml",
      line: 3,
      column: 3,
    });
  });

  it("tells of a deletion whose document is not there, unless the base is generated", () => {
    const patch = readConfig(
      "apiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: a\n$patch: delete\n",
      "patch.yaml",
    );
    const base = readConfig("machine: {type: worker}", "config.yaml").documents;
    const merged = applyPatches(base, [patch]);
    expect(merged.problems.map(({ sort, at }) => [sort, at.file])).toEqual([
      ["patch-document-absent", "patch.yaml"],
    ]);
    expect(merged.documents).toEqual(base);
    expect(applyPatches(base, [patch], { generatedBase: true }).problems).toEqual([]);
  });

  it("takes a missing target for one that the tool's own base has, where the base is generated", () => {
    const patch = readConfig("- {op: remove, path: /machine/nodeLabels/x}", "patch.yaml");
    const base = readConfig("machine: {type: worker}", "config.yaml").documents;
    expect(applyPatches(base, [patch]).problems).toHaveLength(1);
    expect(applyPatches(base, [patch], { generatedBase: true }).problems).toEqual([]);
  });
});
