import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeExtra, parseCmdline, printCmdline } from "./cmdline.ts";

const merged = (base: string, ...extra: string[]) => printCmdline(mergeExtra(parseCmdline(base), extra));

describe("parseCmdline", () => {
  it("groups repeated keys at the place of the first and keeps = in values", () => {
    expect(parseCmdline("a=1 b a=2\tc=d=e\n")).toEqual([
      { key: "a", values: ["1", "2"] },
      { key: "b", values: [""] },
      { key: "c", values: ["d=e"] },
    ]);
  });

  it("reads again what it printed", () => {
    const word = fc
      .string({ unit: fc.constantFrom("a", "b", "-", ".", "="), minLength: 1, maxLength: 5 })
      .filter((text) => !text.startsWith("="));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const once = printCmdline(parseCmdline(words.join(" ")));
        expect(printCmdline(parseCmdline(once))).toBe(once);
      }),
    );
  });
});

describe("mergeExtra", () => {
  it.each([
    ["adds at the end", "a=1", ["b=2"], "a=1 b=2"],
    ["adds a value to a key that is there", "a=1 b=2", ["a=3"], "a=1 a=3 b=2"],
    ["takes a key away", "a=1 b=2 a=3", ["-a"], "b=2"],
    ["takes one value away", "a=1 a=2 b", ["-a=1"], "a=2 b"],
    ["takes a key away when its last value goes", "a=1 b", ["-a=1"], "b"],
    ["takes nothing away that is not there", "a=1", ["-b", "-a=2"], "a=1"],
    ["takes a key away by -key=", "a=1 b", ["-a="], "b"],
    ["lets the first of grouped negations decide", "a=1 a=2 b", ["-a", "-a=1"], "b"],
    ["takes several values away", "a=1 a=2 a=3", ["-a=1", "-a=3"], "a=2"],
    ["replaces a value by taking away and adding", "a=1 b", ["-a=1", "a=2"], "a=2 b"],
    ["adds again at the end what was taken away", "a=1 b", ["-a", "a=2"], "b a=2"],
    ["keeps a lone dash", "a", ["-"], "a -"],
    [
      "replaces every console in place",
      "x console=tty0 console=ttyS0 y",
      ["console=ttyS1"],
      "x console=ttyS1 y",
    ],
    [
      "keeps several new consoles",
      "console=tty0 y",
      ["console=ttyS1", "z", "console=ttyS2"],
      "console=ttyS1 console=ttyS2 y z",
    ],
    ["replaces the platform", "talos.platform=metal a", ["talos.platform=aws"], "talos.platform=aws a"],
    ["adds a console where there is none", "a", ["console=tty0"], "a console=tty0"],
    ["splits an argument at white space", "a", ["b c=d"], "a b c=d"],
    ["prints a key without a value alone", "", ["slab_nomerge="], "slab_nomerge"],
  ])("%s", (_, base, extra, expected) => {
    expect(merged(base, ...extra)).toBe(expected);
  });
});
