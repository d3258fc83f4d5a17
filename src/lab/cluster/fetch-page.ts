import { setTimeout as delay } from "node:timers/promises";
import { giveOrder } from "./control.ts";
import type { LabHandle } from "./spec.ts";

export interface Page {
  /** The answer was 200. */
  ok: boolean;
  /** What was answered, or why nothing was. */
  body: string;
}

const betweenMs = 1000;

/**
 * Asks for a page from inside a lab's machine, or from the client outside, again and again until it comes or the time (in milliseconds) is
 * over: routes that were approved a moment ago, and pods that were just made, are not there at once. Errors: LAB_ABSENT, LAB_FAILED, USAGE.
 */
export async function fetchPage(
  lab: Pick<LabHandle, "control" | "token">,
  { url, from, timeoutMs }: { url: string; from: string; timeoutMs: number },
): Promise<Page> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const page = await giveOrder<Page>(lab, "fetch", { url, from });
    if (page.ok || performance.now() + betweenMs > until) return page;
    await delay(betweenMs);
  }
}
