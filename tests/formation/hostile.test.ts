import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { plainRepository } from "../../src/roles/import/plain.ts";
import { formationInput } from "../../src/formation/from-repository.ts";
import { judge } from "../../src/formation/judge.ts";
import { readConfig } from "../../src/talos/config/document.ts";

const folder = join(import.meta.dirname, "rules");
const texts = readdirSync(folder).flatMap((name) => {
  const { cases } = parse(readFileSync(join(folder, name), "utf8")) as {
    cases: { before?: string; bad: unknown; as?: string }[];
  };
  return cases.flatMap(({ before = "", bad, as }) =>
    as === undefined && typeof bad === "string" ? [before + bad] : as === "given" ? [before] : [],
  );
});

/** What people and tools leave in configs where something else belongs. */
const odd = [
  "",
  "null",
  "~",
  "[]",
  "{}",
  "[[]]",
  "{a: {b: [c]}}",
  "-1",
  "1e999",
  "true",
  "0x1F",
  "'",
  '"',
  "&a",
  "*a",
  "!!binary x",
  "${X}",
  "{{ .x }}",
  "{% if a %}",
  "ENC[AES256_GCM,data:x]",
  "ref+sops://a",
  "10.0.0.0/99",
  "::/0",
  "fd00::/64,10.0.0.0/8",
  "a".repeat(5000),
  "\u0000",
  "\u202e",
  "__proto__",
  "constructor",
];

/** A config with some of its values, lines and characters changed. */
const damaged = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom("value", "line", "twice", "character", "indent"),
        fc.constantFrom(...odd),
      ),
      { maxLength: 6 },
    ),
  )
  .map(([text, changes]) => {
    const lines = text.split("\n");
    for (const [where, how, what] of changes) {
      const at = where % lines.length;
      const line = lines[at] ?? "";
      if (how === "line") lines.splice(at, 1);
      else if (how === "twice") lines.splice(at, 0, line);
      else if (how === "indent") lines[at] = `  ${line}`;
      else if (how === "character")
        lines[at] =
          line.slice(0, where % (line.length + 1)) + what + line.slice((where % (line.length + 1)) + 1);
      else lines[at] = line.replace(/([:-] ).*$/, `$1${what}`);
    }
    return lines.join("\n");
  });

const images = [
  ["drbd", "zfs", "spin", "tailscale"],
  ["nut-client", "qemu-guest-agent"],
  ["not a name", "a/b/c:d"],
  [],
];

describe("configs that are damaged, templated or made to do harm", () => {
  it("are judged without a fault, and every answer has its reasons", async () => {
    await fc.assert(
      fc.asyncProperty(
        damaged,
        fc.constantFrom(...images),
        fc.constantFrom("v1.9.0", "v1.13.6", "v1.14.0", "v9.9.9"),
        async (text, extensions, talos) => {
          const files = [readConfig(text, "n1.yaml"), readConfig(text, "n2.yaml")];
          const repository = plainRepository({ path: ".", files, patches: [files[0]!] });
          const { predictions, diagnostics } = judge(
            await formationInput([repository], { extensions, talos }),
          );
          for (const { kubernetesReady, bootCompletes, roleFunctional } of predictions) {
            for (const { answer, reasons } of [kubernetesReady, bootCompletes, roleFunctional]) {
              expect(["yes", "no", "unknown"]).toContain(answer);
              expect(reasons.length).toBeGreaterThan(0);
            }
          }
          for (const { message } of diagnostics) expect(message).not.toMatch(/undefined|\[object/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
