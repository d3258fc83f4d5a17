import pLimit from "p-limit";
import type { ImageSource } from "../oci/source.ts";

/** A source that stops between chunks once `signal` says so, with its reason as the error. */
export const interruptible = (source: ImageSource, signal: AbortSignal): ImageSource => ({
  manifest(reference) {
    signal.throwIfAborted();
    return source.manifest(reference);
  },
  async *blob(reference, descriptor) {
    signal.throwIfAborted();
    for await (const chunk of source.blob(reference, descriptor)) {
      signal.throwIfAborted();
      yield chunk;
    }
  },
});

interface Together {
  source: ImageSource;
  /** How many run at once. */
  atOnce: number;
  signal: AbortSignal | undefined;
}

/**
 * Runs `work` for every item, some at once, and gives the results in the order of items. The first failure, or `signal`, stops what reads from
 * the source it is given; when this returns or throws, nothing is running any more.
 */
export async function together<T, R>(
  items: readonly T[],
  { source, atOnce, signal }: Together,
  work: (item: T, source: ImageSource) => Promise<R>,
): Promise<R[]> {
  const stop = new AbortController();
  const stopping = interruptible(source, AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]));
  const limit = pLimit(atOnce);
  const running = items.map((item) =>
    limit(async () => {
      try {
        return await work(item, stopping);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  const settled = await Promise.allSettled(running);
  // The one that came first; the others only followed it.
  if (stop.signal.aborted) throw stop.signal.reason as Error;
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}
