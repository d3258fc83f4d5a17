import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitInventory } from "./inventory-lines.ts";
import { readYaml } from "./yaml-source.ts";

const value = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._:/-]{1,12}$/),
  fc.constantFrom(
    "10.0.0.1",
    "fd00::1",
    "52:54:00:12:34:56",
    "true",
    "false",
    "null",
    "~",
    "1e3",
    "0x1F",
    "1.5",
    "-1",
    "a b",
    "'q'",
    "{a: b}",
    "a#b",
    "a: b",
    "12:30:45",
  ),
);
const keys = ["name", "address", "role", "arch", "controlPlane", "mac"];
const plain = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,9}$/),
  fc.constantFrom("10.0.0.1", "fd00::1", "52:54:00:12:34:56", "true", "false"),
);
const itemOf = (text: fc.Arbitrary<string>, repeated: boolean) =>
  fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), text), {
        minLength: 1,
        maxLength: 5,
        ...(repeated ? {} : { selector: ([key]: [string, string]) => key }),
      }),
      fc.constantFrom("", " "),
      fc.constantFrom("", " # word", "   "),
      fc.constantFrom(", ", ","),
    )
    .map(
      ([pairs, space, end, comma]) =>
        `- {${space}${pairs.map(([key, one]) => `${key}: ${one}`).join(comma)}${space}}${end}`,
    );
const line = fc.oneof(
  { arbitrary: itemOf(plain, false), weight: 20 },
  { arbitrary: itemOf(value, true), weight: 1 },
);
const between = fc.constantFrom("", "# a comment", "   # further in");
const file = fc
  .tuple(
    fc.array(fc.oneof({ arbitrary: line, weight: 5 }, { arbitrary: between, weight: 1 }), {
      minLength: 1,
      maxLength: 8,
    }),
    fc.constantFrom("", "  ", "    "),
    fc.boolean(),
  )
  .map(([lines, indent, last]) => {
    const nodes = `nodes: # the machines\n${lines.map((one) => `${indent}${one}\n`).join("")}`;
    return last ? `roles: {a: {}}\n${nodes}` : `${nodes}roles:\n  a: {}\n`;
  });

describe("a long inventory", () => {
  it("read line by line is what the YAML parser makes of it, places included", () => {
    let split = 0;
    fc.assert(
      fc.property(file, (text) => {
        const slow = readYaml(text, "roles.yaml");
        const fast = readYaml(text, "roles.yaml", { linesFrom: 0 });
        if (splitInventory(text)) split += 1;
        expect(fast.data).toEqual(slow.data);
        expect(fast.problems).toEqual(slow.problems);
        for (let index = 0; index < 9; index += 1) {
          for (const path of [["nodes", index], ...keys.map((key) => ["nodes", index, key])]) {
            expect(fast.locate(path)).toEqual(slow.locate(path));
            expect(fast.locate(path, "key")).toEqual(slow.locate(path, "key"));
          }
        }
        expect(fast.locate(["nodes"])).toEqual(slow.locate(["nodes"]));
        expect(fast.locate(["roles", "a"], "key")).toEqual(slow.locate(["roles", "a"], "key"));
      }),
      { numRuns: 400 },
    );
    expect(split).toBeGreaterThan(50);
  });

  it.each([
    ["a second document", "nodes:\n- {name: a}\n---\nroles: {}\n"],
    ["the key twice", "nodes:\n- {name: a}\nnodes:\n- {name: b}\n"],
    ["an item of several lines", "nodes:\n- {name: a}\n- name: b\n"],
    ["another indent", "nodes:\n- {name: a}\n  - {name: b}\n"],
    ["a value that goes on", "nodes:\n- {name: a}\n    more\n"],
  ])("with %s is left to the parser", (_, text) => expect(splitInventory(text)).toBeUndefined());
});
