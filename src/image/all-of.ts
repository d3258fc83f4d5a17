import pLimit from "p-limit";

interface AllOf {
  /** How many run at once. */
  atOnce: number;
  /** Aborted at the first failure, so that the others stop; also the caller's own signal. */
  stop: AbortController;
}

/**
 * Runs `work` for every item, some at once, and gives the results in the order of items. When this returns or throws, nothing is running any
 * more; what is thrown is the failure that came first.
 */
export async function allOf<T, R>(
  items: readonly T[],
  { atOnce, stop }: AllOf,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(atOnce);
  const settled = await Promise.allSettled(
    items.map((item) =>
      limit(async () => {
        stop.signal.throwIfAborted();
        try {
          return await work(item);
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }),
    ),
  );
  // The others only followed it.
  if (stop.signal.aborted) throw stop.signal.reason as Error;
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/** A controller that also follows the caller's signal. */
export function stopper(signal: AbortSignal | undefined): AbortController {
  const stop = new AbortController();
  if (signal?.aborted) stop.abort(signal.reason);
  signal?.addEventListener("abort", () => stop.abort(signal.reason), { once: true });
  return stop;
}
