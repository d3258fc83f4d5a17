// What a bench found, as one row of the table that `npm run bench` ends with.
import { appendFileSync, readFileSync } from "node:fs";

export interface Row {
  what: string;
  bar: string;
  measured: string;
  fits: boolean;
}

/** File that the runner collects rows in; a bench that is run alone only prints its own. */
export const rowsVariable = "BENCH_ROWS";

/** Says what was found. A bar that is missed fails the bench. */
export function tell(row: Row): void {
  const { what, bar, measured, fits } = row;
  process.stdout.write(`${what}: ${measured} (bar: ${bar}): ${fits ? "within" : "MISSED"}\n`);
  const file = process.env[rowsVariable];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  if (!fits) process.exitCode = 1;
}

export const readRows = (file: string): Row[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Row]));
