import { printable } from "./printable.ts";
import { fit, padTo, widthOf } from "./text-width.ts";

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  align?: "left" | "right";
}

interface TableOptions {
  /** Columns of the terminal; nothing is cut without it. */
  width?: number | undefined;
}

const gap = "  ";

/** Rows as aligned text with a line of titles. Where it is too wide for the terminal, the widest columns give way first. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width }: TableOptions = {},
): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => oneLine(value(row)))),
  ];
  const natural = columns.map((_, index) => Math.max(...cells.map((row) => widthOf(row[index] ?? ""))));
  const widths = width === undefined ? natural : squeeze(natural, width - gap.length * (columns.length - 1));
  return cells
    .map((row) =>
      row
        .map((cell, index) => padTo(fit(cell, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align))
        .join(gap)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

const oneLine = (text: string): string => printable(text.replaceAll(/\s*\n\s*/g, " "));

/** Takes columns from the widest until the sum fits; none goes below four. */
function squeeze(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, 0) - available;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const own = widths[widest] ?? 0;
    if (own <= 4) break;
    const next = Math.max(4, ...widths.filter((one) => one < own));
    const taken = Math.max(1, Math.min(excess, own - next));
    widths[widest] = own - taken;
    excess -= taken;
  }
  return widths;
}
