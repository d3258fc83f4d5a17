import type { ClusterVerdict } from "../cluster/cluster-verdict.ts";
import type { Verified, VerifyOptions } from "../cluster/verify.ts";
import { writeFileWhole } from "../formats/files.ts";
import type { LiveCluster, LiveOptions } from "./live-cluster.ts";
import type { Output } from "./output.ts";

export interface VerifyRequest extends LiveOptions {
  strict?: true | undefined;
  runWorkload?: true | undefined;
  workloadImage: string;
  html?: string | undefined;
}

/** From the documentation of Spin's containerd shim. */
export const spinImage = "ghcr.io/spinkube/containerd-shim-spin/examples/spin-rust-hello:v0.15.1";
const workload = { plainImage: "registry.k8s.io/pause:3.10", namespace: "default", deadlineMs: 120_000 };

/** One look at a cluster: verdict on standard output, page where it was asked for, exit status. */
export async function runVerify(request: VerifyRequest, output: Output): Promise<void> {
  const { openCluster } = await import("./live-cluster.ts");
  const { observeAndJudge } = await import("../cluster/verify.ts");
  const { verifyReport } = await import("../report/verify.ts");
  const live = await openCluster(request, output.emit);
  try {
    const verified = await observeAndJudge(verifyOptions(live, request, output.signal));
    await keep(live, verified, request);
    output.result(verified.verdict, verifyReport);
    output.setStatus(statusOf(verified.verdict));
  } finally {
    await live.close();
  }
}

export const verifyOptions = (
  { options }: LiveCluster,
  { strict, runWorkload, workloadImage }: VerifyRequest,
  signal: AbortSignal,
): VerifyOptions => ({
  ...options,
  strict: strict ?? false,
  workload: runWorkload ? { ...workload, image: workloadImage, signal } : undefined,
});

/** Remembers the boots that were seen, and writes the page. */
export async function keep(
  { memory, options }: LiveCluster,
  { verdict, observed }: Verified,
  { html }: VerifyRequest,
): Promise<void> {
  const { writeMemory } = await import("../cluster/memory.ts");
  await writeMemory(memory, options.boots, observed);
  if (html === undefined) return;
  const { htmlReport } = await import("../report/html.ts");
  await writeFileWhole(html, htmlReport({ verdict, roles: options.roles, at: Date.now() }));
}

/** 0 formed, 1 not, 3 where not one node could be asked. */
export function statusOf({ formed, nodes }: ClusterVerdict): number {
  if (formed) return 0;
  return nodes.every(({ talosVersion }) => talosVersion === null) ? 3 : 1;
}
