import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "./table.ts";
import { fit, padTo, widthOf } from "./text-width.ts";
import { bytesText, secondsText } from "./units.ts";

const rows = [
  { name: "compute", bytes: "1" },
  { name: "漢字", bytes: "1000" },
];
const columns = [
  { title: "ROLE", value: ({ name }: (typeof rows)[0]) => name },
  { title: "BYTES", value: ({ bytes }: (typeof rows)[0]) => bytes, align: "right" as const },
];

describe("table", () => {
  it("is aligned by what a terminal shows", () => {
    expect(table(rows, columns)).toBe("ROLE     BYTES\ncompute      1\n漢字      1000\n");
  });

  it("has its titles only where there are no rows", () => {
    expect(table([], columns)).toBe("ROLE  BYTES\n");
  });

  it("cuts the widest column first", () => {
    expect(table(rows, columns, { width: 12 })).toBe("ROLE   BYTES\ncomp…      1\n漢字    1000\n");
  });

  it("is never wider than the terminal, while every column has room for four", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.string({ unit: "grapheme" }), fc.string())),
        fc.integer({ min: 16, max: 200 }),
        (cells, width) => {
          const text = table(
            cells,
            ["A", "BB", "CCC"].map((title, index) => ({ title, value: (row: string[]) => row[index] ?? "" })),
            { width },
          );
          for (const line of text.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(width);
          expect(text.split("\n")).toHaveLength(cells.length + 2);
        },
      ),
    );
  });
});

describe("text width", () => {
  it("counts columns, not letters", () => {
    expect(["abc", "漢字", "é", "e\u0301", "👩‍👩‍👧", "\u001B[31mred\u001B[0m"].map(widthOf)).toEqual([
      3, 4, 1, 1, 2, 3,
    ]);
  });

  it("cuts with an ellipsis and pads to both sides", () => {
    expect([fit("abcdef", 4), fit("漢字漢字", 4), fit("abc", 3), fit("abc", 0)]).toEqual([
      "abc…",
      "漢…",
      "abc",
      "",
    ]);
    expect([padTo("a", 3), padTo("a", 3, "right"), padTo("abcd", 3)]).toEqual(["a  ", "  a", "abcd"]);
  });
});

describe("units", () => {
  it("of bytes and seconds have few figures", () => {
    expect([0, 1023, 1024, 1536, 150 * 2 ** 20, 2 ** 30].map(bytesText)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.5 KiB",
      "150 MiB",
      "1.0 GiB",
    ]);
    expect([0.04, 9.94, 9.96, 119.4, 119.6, 605].map(secondsText)).toEqual([
      "0.0 s",
      "9.9 s",
      "10.0 s",
      "119 s",
      "2 min 00 s",
      "10 min 05 s",
    ]);
  });
});
