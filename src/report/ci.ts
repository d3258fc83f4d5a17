import type { MergeResult } from "../ci/merge.ts";
import { table } from "./table.ts";

export interface MergeReport extends MergeResult {
  /** How many records of jobs there were. */
  jobs: number;
  out: string;
}

/** What was joined, and what is missing. */
export function mergeReport({ record, faults, jobs, out }: MergeReport, width?: number): string {
  const rows = table(
    record.roles,
    [
      { title: "role", value: ({ name }) => name },
      { title: "arch", value: ({ arch }) => arch },
      { title: "installer", value: ({ installer }) => installer },
      { title: "assets", value: ({ assets }) => String(assets.length), align: "right" },
    ],
    { width },
  );
  const end =
    faults.length === 0
      ? `${jobs} records joined in ${out}.\n`
      : `The record is not whole:\n${faults.map((fault) => `  ${fault}\n`).join("")}`;
  return `${rows}${end}`;
}
