import type { Transition } from "../cluster/transitions.ts";
import type { WatchDisplay } from "../report/watch.ts";
import { jsonText } from "../report/printable.ts";
import type { Output } from "./output.ts";
import { keep, statusOf, type VerifyRequest, verifyOptions } from "./run-verify.ts";

interface WatchRequest extends VerifyRequest {
  /** Minutes. */
  deadline: number;
  json?: true | undefined;
}

/** Follows a formation: what happens on standard error (with --json as lines on standard output), the last verdict as the result. */
export async function runWatch(request: WatchRequest, output: Output): Promise<void> {
  const { openCluster } = await import("./live-cluster.ts");
  const { watchCluster } = await import("../cluster/watch.ts");
  const { writeMemory } = await import("../cluster/memory.ts");
  const { verifyReport } = await import("../report/verify.ts");
  const live = await openCluster(request, output.emit);
  const display = await displayFor(request);
  try {
    const { workload: _none, ...options } = verifyOptions(live, request, output.signal);
    const verified = await watchCluster({
      ...options,
      signal: output.signal,
      deadlineMs: request.deadline * 60_000,
      onTransition: (transition) => display.transition(transition),
      onVerdict: (verdict) => display.verdict(verdict),
      onBoot: (observed) => writeMemory(live.memory, live.options.boots, observed),
    });
    display.close();
    await keep(live, verified, request);
    if (request.json) process.stdout.write(`${jsonText({ type: "verdict", ...verified.verdict })}\n`);
    else output.result(verified.verdict, verifyReport);
    output.setStatus(statusOf(verified.verdict));
  } finally {
    display.close();
    await live.close();
  }
}

async function displayFor({ json }: WatchRequest): Promise<WatchDisplay> {
  if (json) return { transition: asLine, verdict: () => {}, close: () => {} };
  const { watchDisplay } = await import("../report/watch.ts");
  const { stderr } = process;
  return watchDisplay({
    write: (text) => stderr.write(text),
    terminal: stderr.isTTY ? { columns: stderr.columns, rows: stderr.rows } : undefined,
  });
}

const asLine = (transition: Transition): void => {
  process.stdout.write(`${jsonText({ type: "transition", ...transition })}\n`);
};
