/** One question that several ways lead to the answer of. */
export interface RaceOptions<Way, Answer> {
  /** In the order in which they are asked. */
  ways: readonly Way[];
  /** Asks by one way, until `signal` calls it off: another was first, or nobody wants to know any more. */
  ask: (way: Way, signal: AbortSignal) => Promise<Answer>;
  /** Milliseconds for which a way is waited for before the next is asked too; undefined: until it has told. */
  aloneMs: (way: Way) => number | undefined;
  /** Whether other ways are of use after this failure. */
  goesOn: (way: Way, error: unknown) => boolean;
  /** Whether there is time for one more way. */
  mayStart: () => boolean;
  signal?: AbortSignal | undefined;
}

type Told<Way, Answer> = { way: Way } & ({ answer: Answer } | { error: unknown });

interface Going<Way, Answer> {
  /** Never rejects. */
  told: Promise<Told<Way, Answer>>;
  cancel: () => void;
}

/**
 * The first good answer, by whichever way it came. A way that fails makes room for the next at once, one that is silent does not hold it up
 * for long. When this returns nothing that it started is going on. Errors: that of the last of the ways, or one that no other way can mend.
 */
export async function race<Way, Answer>(
  options: RaceOptions<Way, Answer>,
): Promise<{ way: Way; answer: Answer }> {
  const { ways, aloneMs, goesOn, mayStart, signal } = options;
  const left = [...ways];
  const going = new Map<Way, Going<Way, Answer>>();
  const errors = new Map<Way, unknown>();
  const cancelAll = (): void => going.forEach(({ cancel }) => cancel());
  signal?.addEventListener("abort", cancelAll, { once: true });
  try {
    for (let wait: number | undefined; ;) {
      const next = mayStart() ? left.shift() : undefined;
      if (next !== undefined) going.set(next, begin(options, next));
      if (going.size === 0) break;
      if (next !== undefined) wait = aloneMs(next);
      const told = await firstOf(going.values(), left.length > 0 ? wait : undefined);
      if (told === undefined) continue;
      going.delete(told.way);
      if ("answer" in told) return told;
      if (!goesOn(told.way, told.error)) throw told.error;
      errors.set(told.way, told.error);
    }
    throw errors.get(ways.findLast((way) => errors.has(way)) as Way);
  } finally {
    signal?.removeEventListener("abort", cancelAll);
    cancelAll();
    await Promise.all([...going.values()].map(({ told }) => told));
  }
}

function begin<Way, Answer>({ ask, signal }: RaceOptions<Way, Answer>, way: Way): Going<Way, Answer> {
  const own = new AbortController();
  if (signal?.aborted) own.abort();
  return {
    told: ask(way, own.signal).then(
      (answer) => ({ way, answer }),
      (error: unknown) => ({ way, error }),
    ),
    cancel: () => own.abort(),
  };
}

/** What is told first; undefined when nothing is for so many milliseconds. */
async function firstOf<Way, Answer>(
  going: Iterable<Going<Way, Answer>>,
  ms: number | undefined,
): Promise<Told<Way, Answer> | undefined> {
  const telling: Promise<Told<Way, Answer> | undefined>[] = [...going].map(({ told }) => told);
  if (ms === undefined) return Promise.race(telling);
  let timer: NodeJS.Timeout | undefined;
  telling.push(
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms, undefined);
    }),
  );
  try {
    return await Promise.race(telling);
  } finally {
    clearTimeout(timer);
  }
}
