import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { race, type RaceOptions } from "./race.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Way = { name: string; afterMs?: number; error?: string };

/** Ways that answer, fail or are silent at their own time, and what was asked and called off when. */
function ways(list: Way[], change: Partial<RaceOptions<Way, string>> = {}) {
  const log: string[] = [];
  const start = Date.now();
  const note = (what: string, { name }: Way) => log.push(`${what} ${name} ${Date.now() - start}`);
  const ran = race<Way, string>({
    ways: list,
    ask: (way, signal) => {
      note("ask", way);
      return new Promise((resolve, reject) => {
        const { afterMs, error, name } = way;
        const timer =
          afterMs === undefined
            ? undefined
            : setTimeout(() => (error === undefined ? resolve(name) : reject(new Error(error))), afterMs);
        const cancel = () => {
          clearTimeout(timer);
          note("cancel", way);
          reject(new Error("cancelled"));
        };
        if (signal.aborted) cancel();
        signal.addEventListener("abort", cancel);
      });
    },
    aloneMs: () => 100,
    goesOn: (_way, error) => (error as Error).message !== "final",
    mayStart: () => true,
    ...change,
  });
  const ended = ran.then(
    ({ answer }) => `${answer} ${Date.now() - start}`,
    (error: Error) => `${error.message} ${Date.now() - start}`,
  );
  return { log, ended };
}

async function played(one: ReturnType<typeof ways>): Promise<string> {
  await vi.runAllTimersAsync();
  const end = await one.ended;
  // Nothing goes on afterwards.
  expect(vi.getTimerCount()).toBe(0);
  return end;
}

describe("race", () => {
  it("asks by one way only where it answers in time", async () => {
    const one = ways([
      { name: "a", afterMs: 99 },
      { name: "b", afterMs: 1 },
    ]);
    expect(await played(one)).toBe("a 99");
    expect(one.log).toEqual(["ask a 0"]);
  });

  it("asks by the next too when one is silent, and calls the others off", async () => {
    const one = ways([{ name: "a" }, { name: "b" }, { name: "c", afterMs: 5 }]);
    expect(await played(one)).toBe("c 205");
    expect(one.log).toEqual(["ask a 0", "ask b 100", "ask c 200", "cancel a 205", "cancel b 205"]);
  });

  it("takes the answer of a slow way that is first after all", async () => {
    const one = ways([
      { name: "a", afterMs: 150 },
      { name: "b", afterMs: 60 },
    ]);
    expect(await played(one)).toBe("a 150");
    expect(one.log).toEqual(["ask a 0", "ask b 100", "cancel b 150"]);
  });

  it("goes on at once when a way fails, and doubts the next anew", async () => {
    const one = ways([{ name: "a", afterMs: 10, error: "a" }, { name: "b" }, { name: "c", afterMs: 1 }]);
    expect(await played(one)).toBe("c 111");
    expect(one.log).toEqual(["ask a 0", "ask b 10", "ask c 110", "cancel b 111"]);
  });

  it("waits for a silent way after the one asked beside it has failed", async () => {
    const one = ways([
      { name: "a", afterMs: 300 },
      { name: "b", afterMs: 10, error: "b" },
    ]);
    expect(await played(one)).toBe("a 300");
  });

  it("tells the error of the last way, whichever failed last", async () => {
    const one = ways([
      { name: "a", afterMs: 300, error: "a" },
      { name: "b", afterMs: 10, error: "b" },
    ]);
    expect(await played(one)).toBe("b 300");
  });

  it("ends at a failure that no other way can mend", async () => {
    const one = ways([{ name: "a" }, { name: "b", afterMs: 10, error: "final" }, { name: "c", afterMs: 1 }]);
    expect(await played(one)).toBe("final 110");
    expect(one.log).toEqual(["ask a 0", "ask b 100", "cancel a 110"]);
  });

  it("doubts no way that is to be waited for", async () => {
    const one = ways(
      [
        { name: "a", afterMs: 500 },
        { name: "b", afterMs: 1 },
      ],
      { aloneMs: () => undefined },
    );
    expect(await played(one)).toBe("a 500");
    expect(one.log).toEqual(["ask a 0"]);
  });

  it("starts no way when there is no time left, and waits for those that are going", async () => {
    let asked = 0;
    const one = ways(
      [
        { name: "a", afterMs: 400, error: "a" },
        { name: "b", afterMs: 1 },
      ],
      {
        mayStart: () => (asked += 1) === 1,
      },
    );
    expect(await played(one)).toBe("a 400");
    expect(one.log).toEqual(["ask a 0"]);
  });

  it("calls everything off when nobody wants to know any more", async () => {
    const caller = new AbortController();
    const one = ways([{ name: "a" }, { name: "b" }, { name: "c", afterMs: 1 }], {
      signal: caller.signal,
      goesOn: () => !caller.signal.aborted,
    });
    setTimeout(() => caller.abort(), 150);
    expect(await played(one)).toBe("cancelled 150");
    expect(one.log).toEqual(["ask a 0", "ask b 100", "cancel a 150", "cancel b 150"]);
  });
});
