/** What long work tells its caller while it runs. The library never prints: reporters turn these into a live display, lines or NDJSON. */
export type RolesEvent =
  | { type: "step-started"; id: string; label: string; totalBytes?: number }
  | { type: "step-progress"; id: string; bytes: number; totalBytes?: number }
  | { type: "step-finished"; id: string; label: string; seconds: number; bytes?: number; cached: boolean }
  /** How far all of it is: `bytes` were written; the time left is a guess, and missing where there is nothing to guess from. */
  | {
      type: "overall";
      assets: { done: number; total: number };
      bytes: number;
      secondsLeft?: number;
    }
  | { type: "note"; level: "info" | "warning"; text: string };

export type Emit = (event: RolesEvent) => void;

/** For callers that do not listen. */
export const silent: Emit = () => {};

/** Runs `work` between a step-started and a step-finished event. `work` returns the bytes it made and whether they came from a cache. */
export async function step<T extends { bytes?: number; cached?: boolean } | void>(
  emit: Emit,
  id: string,
  label: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  emit({ type: "step-started", id, label });
  const result = await work();
  emit({
    type: "step-finished",
    id,
    label,
    seconds: (performance.now() - started) / 1000,
    cached: result?.cached ?? false,
    ...(result?.bytes === undefined ? {} : { bytes: result.bytes }),
  });
  return result;
}
