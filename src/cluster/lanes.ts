interface LaneOptions {
  /** Tasks that run at the same time. */
  atOnce: number;
  /** Milliseconds after which a task may count as slow, and no longer holds up the next. */
  slowAfterMs?: number;
  /** Tasks that run at the same time, the slow ones among them. */
  atMost?: number;
}

/** Runs a task when its turn comes. */
export type Lanes = <T>(task: () => Promise<T>) => Promise<T>;

/** A task that takes so many times as long as others do is slow. */
const slowFactor = 4;

/**
 * A limit that some slow tasks do not use up: who has taken longer than `slowAfterMs`, and much longer than the others, goes on in a lane of
 * its own. Without it, nodes that hang would hold every place for as long as one has patience with them, again and again. Where all are
 * slow, it is the way to them or this machine, and asking more of them at once would only make it worse.
 */
export function lanes({ atOnce, slowAfterMs = 1000, atMost = atOnce * 4 }: LaneOptions): Lanes {
  const waiting: (() => void)[] = [];
  let quick = 0;
  let all = 0;
  // What a task takes of late, milliseconds.
  let usual = 0;
  const next = (): void => {
    while (waiting.length > 0 && quick < atOnce && all < atMost) {
      quick += 1;
      all += 1;
      waiting.shift()?.();
    }
  };
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      next();
    });
  return async (task) => {
    await turn();
    let isSlow = false;
    const started = performance.now();
    const judge = () => {
      const left = Math.max(slowAfterMs, usual * slowFactor) - (performance.now() - started);
      if (left > 1) {
        timer = setTimeout(judge, left);
        return;
      }
      isSlow = true;
      quick -= 1;
      next();
    };
    let timer = setTimeout(judge, slowAfterMs);
    try {
      return await task();
    } finally {
      clearTimeout(timer);
      all -= 1;
      // One that was called slow says nothing of what is usual.
      if (!isSlow) {
        quick -= 1;
        usual += (performance.now() - started - usual) / 8;
      }
      next();
    }
  };
}
