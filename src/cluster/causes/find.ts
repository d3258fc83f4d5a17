import type { Case, Cause, Row } from "./cause.ts";
import { clusterRows } from "./cluster.ts";
import { configurationRows } from "./configuration.ts";
import { dependencyRows } from "./dependencies.ts";
import { documentRows } from "./documents.ts";
import { environmentRows } from "./environment.ts";
import { imageContentRows } from "./image-content.ts";
import { imageRows } from "./image.ts";
import { runtimeRows } from "./runtime.ts";
import { tailnetRows } from "./tailnet.ts";

const rows: Row[] = [
  ...imageRows,
  ...imageContentRows,
  ...documentRows,
  ...configurationRows,
  ...environmentRows,
  ...dependencyRows,
  ...runtimeRows,
  ...tailnetRows,
  ...clusterRows,
];

/** Rows whose symptoms another row brings with it: blaming both would hide which of them is to be mended. */
const explains: Record<string, readonly string[]> = {
  A10: ["C8"],
  B11: ["C8", "E1"],
  C5: ["E1"],
  C7: ["E1"],
  C9: ["C8", "E1"],
  C13: ["C8", "C9", "E1"],
  D7: ["E2"],
  D8: ["E2"],
};

/** Every cause that explains why this node is not what its role asks for; those that block its boot come first. */
export function findCauses(one: Case): Cause[] {
  const found = rows.flatMap((row) => row(one));
  const explained = new Set(found.flatMap(({ row }) => explains[row] ?? []));
  const roots = found.filter(({ row, waitsFor }) => !explained.has(row) && !hasOwnCause(found, waitsFor));
  return withoutLoop(roots).sort((a, b) => Number(b.blocksBoot) - Number(a.blocksBoot));
}

/** A wait for a service that itself has trouble is no trouble of its own. */
const hasOwnCause = (found: readonly Cause[], waitsFor: string | undefined): boolean =>
  waitsFor !== undefined && found.some(({ service }) => service === waitsFor);

/** A reboot loop whose cause is known is told as evidence of that cause. */
function withoutLoop(causes: Cause[]): Cause[] {
  const loop = causes.find(({ row }) => row === "E9");
  const [first, ...rest] = causes.filter(({ row }) => row !== "E9");
  if (!loop || !first) return causes;
  return [{ ...first, evidence: [...first.evidence, ...loop.evidence] }, ...rest];
}
