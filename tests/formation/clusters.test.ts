import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Given, judgeCase } from "./judge-case.ts";

/** One file of `clusters/`: a whole cluster, and the three answers for each of its nodes. */
interface ClusterCase {
  about: string;
  given: Given;
  files?: Record<string, string>;
  roles?: string;
  /** By node: Kubernetes Ready, boot completes, role functional. */
  expect: Record<string, [string, string, string]>;
  rules: string[];
  /** By node, a part of a reason. */
  because?: Record<string, string>;
}

const folder = join(import.meta.dirname, "clusters");
const cases = readdirSync(folder)
  .sort()
  .map((name) => ({ name, ...(parse(readFileSync(join(folder, name), "utf8")) as ClusterCase) }));

describe("whole clusters", () => {
  it("are at least twenty", () => expect(cases.length).toBeGreaterThanOrEqual(20));

  it.each(cases)(
    "$name: $about",
    async ({ given, files = {}, roles, expect: wanted, rules, because = {} }) => {
      const { predictions, diagnostics } = await judgeCase({
        given,
        files,
        ...(roles === undefined ? {} : { roles }),
      });
      const answers = Object.fromEntries(
        predictions.map(({ node, kubernetesReady, bootCompletes, roleFunctional }) => [
          node,
          [kubernetesReady.answer, bootCompletes.answer, roleFunctional.answer],
        ]),
      );
      expect(answers).toEqual(wanted);
      const found = diagnostics.filter(({ severity }) => severity !== "info").map(({ rule }) => rule);
      expect([...new Set(found)].sort()).toEqual([...rules].sort());
      for (const { node, ...three } of predictions) {
        const { kubernetesReady, bootCompletes, roleFunctional, basis } = three;
        const reasons = [kubernetesReady, bootCompletes, roleFunctional].flatMap((one) => one.reasons);
        for (const one of [kubernetesReady, bootCompletes, roleFunctional])
          expect(one.reasons).not.toEqual([]);
        expect(basis).not.toBe("");
        if (node !== null && because[node] !== undefined) expect(reasons.join("\n")).toContain(because[node]);
      }
    },
  );
});
