import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load, problems } from "./fixtures/problems.ts";

describe("YAML as people write it", () => {
  it("a byte order mark and CRLF change no position", () => {
    const plain = "roles:\n  a:\n    bad: 1\n";
    expect(problems(plain)[0]).toMatch(/^3:5 unknown key `bad`/);
    expect(problems(`\uFEFF${plain.replaceAll("\n", "\r\n")}`)).toEqual(problems(plain));
    expect(problems("\uFEFFroels: {}")[0]).toMatch(/^1:1 /);
  });

  it("anchors, aliases and merge keys are followed, and problems point at where the value is written", () => {
    const text = `roles:
  a: &a
    extensions: &list [drbd]
    labels: {x: "1"}
  b:
    <<: *a
    kernelArgs: [quiet]
  c: {extensions: *list}
`;
    expect(load(text).roles.map(({ extensions }) => extensions)).toEqual([["drbd"], ["drbd"], ["drbd"]]);
    expect(load(text).roles[1]?.kernelArgs).toEqual(["quiet"]);
    expect(problems(text.replace('"1"', "1")).map((line) => line.split(" ")[0])).toEqual(["4:17", "4:17"]);
  });

  it("a key that stands twice is told with its place, beside everything else", () => {
    expect(problems("roles:\n  a: {}\n  b: {coun: 1}\n  a: {}\n")).toEqual([
      "3:7 unknown key `coun`; did you mean `count`?",
      "4:3 this key stands twice in the same map; keep one",
    ]);
  });

  it.each([
    ["", "1:1 the file is empty"],
    ["# only a comment\n", "1:1 the file is empty"],
    ["- a\n", "1:1 a map with"],
    ["roles:\n\ta: {}\n", "2:1 a tab is used"],
    ["roles: {a: {}}\n---\nroles: {}\n", "2:1 a second document"],
    ["roles: {a: {purpose: *nobody}}\n", "1:22 `*nobody` has no anchor"],
    ["roles: {a: {purpose: !secret x}}\n", "1:22 not YAML: Unresolved tag"],
    ["roles: [\n", "not YAML"],
    ["roles: {a: }\n", "1:12 a map with `purpose`"],
    ["roles: {}\n", "1:8 at least one role"],
  ])("%j: %s", (text, expected) => {
    expect(problems(text).join("\n")).toContain(expected);
  });

  it("an alias bomb ends soon", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level += 1) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    }
    expect(problems(`${lines.join("\n")}\nroles: {a: {extensions: *a11}}\n`).join()).toMatch(
      /alias|unknown key/,
    );
  });

  it("an alias of itself ends soon, in a value and in a merge key", () => {
    expect(problems("roles: {a: &x {services: {b: *x}}}").join()).toContain("unknown key");
    expect(problems("roles: &x {a: {<<: *x, bad: 1}}").length).toBeGreaterThan(0);
  });

  it("any text gives roles or problems with a place", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `roles: {a: {extensions: [${text}], labels: {x: ${text}}}}`),
        ),
        (text) => {
          for (const line of problems(text)) expect(line).toMatch(/^\d+:\d+ \S/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
