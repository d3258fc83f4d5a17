import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paint } from "./paint.ts";
import { consoleText, jsonText, printable, terminalText } from "./printable.ts";

// oxlint-disable-next-line no-control-regex
const commands = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202e]/;

describe("terminalText", () => {
  it.each([
    ["a title", "\u001b]0;owned\u0007", "\\x1b]0;owned\\x07"],
    ["a cleared screen", "a\u001b[2Jb", "a\\x1b[2Jb"],
    ["hidden text", "a\u001b[8mb", "a\\x1b[8mb"],
    ["a line that is written over", "good\rbad", "good\\x0dbad"],
    ["another direction of writing", "a\u202eb", "a\\u202eb"],
    ["C1 codes", "a\u009b2Jb", "a\\x9b2Jb"],
  ])("writes out %s", (_, text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  it("keeps lines, tabs, letters and the colours of reports", () => {
    const text = `a\tb\nZürich 日本 ${paint("red", "error", process.stderr)} \u001b[31mx\u001b[39m`;
    expect(terminalText(text)).toBe(text);
  });

  it("leaves nothing that commands, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(terminalText(text)).not.toMatch(commands);
        expect(printable(text)).not.toMatch(commands);
      }),
    );
  });
});

describe("consoleText", () => {
  it("keeps a console's lines and colours, and takes away what moves, clears and names", () => {
    expect(consoleText("\u001b[2J\u001b[01;01HBdsDxe: loading\r\n\u001b[32mok\u001b[0m\n")).toBe(
      "BdsDxe: loading\n\u001b[32mok\u001b[0m\n",
    );
    expect(consoleText("a\u001b]0;owned\u0007b\u009b2Jc")).toBe("a\\x1b]0;owned\\x07b\\x9b2Jc");
  });
});

describe("jsonText", () => {
  it("is the same data, without a byte that commands a terminal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const shown = jsonText({ text }, 2);
        expect(shown).not.toMatch(commands);
        expect(JSON.parse(shown)).toEqual({ text });
      }),
    );
  });
});
