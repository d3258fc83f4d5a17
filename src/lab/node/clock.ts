/** Time as a node sees it. A simulated node's may run faster than the wall's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` of this clock, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that runs `speed` times as fast as the wall's, from now on. */
export function scaledClock(speed = 1): Clock {
  const started = Date.now();
  const origin = performance.now();
  return {
    now: () => started + Math.round((performance.now() - origin) * speed),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, ms / speed);
        signal?.addEventListener("abort", done, { once: true });
      }),
  };
}

interface Sleeper {
  at: number;
  wake: () => void;
}

export interface SteppedClock extends Clock {
  /** Moves time on by `ms`, waking every sleeper in order and letting what it does happen before the next. */
  advance(ms: number): Promise<void>;
}

/** A clock that only moves when told to: the same run every time. */
export function steppedClock(start = 0): SteppedClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const due = (until: number): Sleeper[] => {
    const at = Math.min(...[...sleepers].map((one) => one.at));
    return at <= until ? [...sleepers].filter((one) => one.at === at) : [];
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }),
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let next = due(until); next.length > 0; next = due(until)) {
        now = next[0]?.at ?? now;
        for (const sleeper of next) sleeper.wake();
        await settle();
      }
      now = until;
    },
  };
}

/** Lets everything that is already due happen, promises within promises included. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};
