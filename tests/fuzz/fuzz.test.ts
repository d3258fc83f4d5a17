import { describe, expect, it } from "vitest";
import { fuzz } from "./fuzz.ts";
import { mutated, randomFrom } from "./mutate.ts";
import { fuzzReader } from "./reader.ts";
import { allReaders } from "./readers.ts";

const readers = await allReaders();
const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));

describe("a short run over every reader (`npm run fuzz` is the long one)", () => {
  it.each(readers.map((reader) => ({ name: reader.name, reader })))("$name", async ({ reader }) => {
    const { failures, outcomes } = await fuzz(reader, { inputs: reader.child ? 60 : 1500, limitMs: 20_000 });
    expect(failures.map(({ iteration, kind, detail }) => ({ iteration, kind, detail }))).toEqual([]);
    expect(outcomes["read"]).toBeGreaterThan(0);
  });
});

it("no reader says anything through the process's own warnings", () => {
  expect(warnings).toEqual([]);
});

describe("the fuzzer itself", () => {
  it("makes the same inputs from the same seed", () => {
    const make = (seed: number): string[] => {
      const random = randomFrom(seed);
      return Array.from({ length: 50 }, () =>
        mutated([Buffer.from("abc")], [Buffer.from("w")], random).toString("hex"),
      );
    };
    expect(make(7)).toEqual(make(7));
    expect(make(7)).not.toEqual(make(8));
  });

  it("finds a crash that hides behind a rare outcome", async () => {
    const reader = fuzzReader("weak", {
      seeds: ["start"],
      words: ["X", "Y"],
      read: (bytes) => {
        if (!bytes.includes("X")) return "plain";
        if (!bytes.includes("Y")) return { half: true };
        throw new TypeError("found");
      },
    });
    const { failures } = await fuzz(reader, { inputs: 5000, mostFailures: 1 });
    expect(failures[0]).toMatchObject({ kind: "crash", detail: expect.stringContaining("found") as string });
  });

  it("lets timers and messages through, also where a reader never waits", async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1));
    const until = performance.now() + 50;
    const reader = fuzzReader("eager", { seeds: ["x"], read: () => "at once" });
    while (performance.now() < until) await fuzz(reader, { inputs: 2000 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("calls slow only what is slow every time", async () => {
    let readings = 0;
    const reader = fuzzReader("unlucky", {
      child: true,
      seeds: ["x"],
      read: () => new Promise((resolve) => setTimeout(resolve, (readings += 1) === 1 ? 400 : 0)),
    });
    const { failures } = await fuzz(reader, { inputs: 1, limitMs: 300 });
    expect({ failures, readings }).toEqual({ failures: [], readings: 2 });
  });

  it("finds a reading that takes too long", async () => {
    const work = (): void => {
      for (const { user } = process.cpuUsage(); process.cpuUsage().user - user < 40_000;);
    };
    const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));
    for (const reader of [
      fuzzReader("busy", { seeds: ["x"], read: work }),
      fuzzReader("waiting", { child: true, seeds: ["x"], read: wait }),
    ]) {
      const { failures } = await fuzz(reader, { inputs: 1, limitMs: 5 });
      expect(failures.map(({ kind }) => kind)).toEqual(["slow"]);
    }
  });
});
