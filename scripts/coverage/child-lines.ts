import { fileURLToPath } from "node:url";
import { readMappings } from "./mappings.ts";

/** What Node writes with NODE_V8_COVERAGE, as far as it is read here. Format: Node, "Coverage output". */
export interface RawCoverage {
  result: { url: string; functions: { ranges: Range[] }[] }[];
  "source-map-cache"?: Record<string, { lineLengths: number[]; data: { mappings: string } | null }>;
}

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}

/** Which lines of which source files (counted from 1) a process has run; files without a source map are left out. */
export function childLines(raw: RawCoverage): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { url, functions } of raw.result) {
    const { lineLengths, data } = raw["source-map-cache"]?.[url] ?? {};
    if (!lineLengths || !data || !url.startsWith("file://")) continue;
    const starts = lineStarts(lineLengths);
    const counts = countsOf(
      functions.flatMap(({ ranges }) => ranges),
      starts.at(-1) ?? 0,
    );
    const run = readMappings(data.mappings).filter(
      ({ line, column }) => (counts[(starts[line] ?? 0) + column] ?? 0) > 0,
    );
    found.set(fileURLToPath(url), new Set(run.map(({ originalLine }) => originalLine + 1)));
  }
  return found;
}

/** Where each line starts, and where the text ends. */
function lineStarts(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push((starts.at(-1) ?? 0) + length + 1);
  return starts;
}

/** How often each character was run: the smallest range around it says so. */
function countsOf(ranges: readonly Range[], size: number): Int32Array {
  const counts = new Int32Array(size);
  const length = ({ startOffset, endOffset }: Range): number => endOffset - startOffset;
  for (const { startOffset, endOffset, count } of ranges.toSorted((a, b) => length(b) - length(a)))
    counts.fill(count, startOffset, endOffset);
  return counts;
}
