import { setMaxListeners } from "node:events";

/** A signal that aborts after a time, with another, or by hand; whatever comes first. */
export interface Ending {
  signal: AbortSignal;
  /** Aborts now, and lets go of timer and listener. */
  end: () => void;
}

/** AbortSignal.any over AbortSignal.timeout may be collected before it fires (Node 20), so this holds on to its parts. */
export function ending(ms: number, outer?: AbortSignal): Ending {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const end = () => {
    clearTimeout(timer);
    outer?.removeEventListener("abort", end);
    controller.abort();
  };
  const timer = setTimeout(end, ms);
  outer?.addEventListener("abort", end, { once: true });
  if (outer?.aborted) end();
  return { signal: controller.signal, end };
}
