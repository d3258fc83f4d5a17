/** Turns callbacks into something to iterate over; ends when `signal` is aborted. */
export interface Queue<T> {
  push(item: T): void;
  drain(signal: AbortSignal): AsyncGenerator<T>;
}

export function queue<T>(): Queue<T> {
  const items: T[] = [];
  let wake: (() => void) | undefined;
  return {
    push: (item) => {
      items.push(item);
      wake?.();
    },
    async *drain(signal) {
      const abort = () => wake?.();
      signal.addEventListener("abort", abort, { once: true });
      while (!signal.aborted) {
        yield* items.splice(0);
        if (items.length > 0 || signal.aborted) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      signal.removeEventListener("abort", abort);
    },
  };
}
