import type { LiveOptions } from "./live-cluster.ts";
import type { Output } from "./output.ts";

/** Compares the nodes of a live cluster with their roles. */
export async function runDrift(live: LiveOptions, output: Output): Promise<void> {
  const { openCluster } = await import("./live-cluster.ts");
  const { observeAndJudge } = await import("../cluster/verify.ts");
  const { driftOf } = await import("../cluster/drift.ts");
  const { driftReport } = await import("../report/drift.ts");
  const cluster = await openCluster(live, output.emit);
  try {
    const verified = await observeAndJudge(cluster.options);
    const drift = driftOf(cluster.options.roles, verified);
    output.result(drift, driftReport);
    if (verified.verdict.nodes.every(({ talosVersion }) => talosVersion === null)) output.setStatus(3);
    else if (drift.counts.length > 0 || drift.nodes.some(({ changes }) => changes.length > 0))
      output.setStatus(1);
  } finally {
    await cluster.close();
  }
}
