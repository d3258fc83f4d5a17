import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallUpstream } from "../helpers/small-upstream.ts";
import { campaign } from "./campaign.ts";
import { type Injector, makeInjector } from "./inject.ts";
import { mixtures, type World } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

let world: World;
let injector: Injector;
beforeAll(async () => {
  world = { upstream: await smallUpstream() };
  injector = makeInjector();
}, 120_000);
afterAll(async () => {
  await world.upstream.close();
  injector.close();
});

describe("kill -9, a full disk and what else goes wrong at some writes of every command (`npm run faults` tries many more)", () => {
  it.each(scenarios.map((scenario) => ({ name: scenario.name, scenario })))(
    "$name",
    async ({ scenario }) => {
      const { faults, injected, changes } = await campaign({ scenario, world, injector, places: 2 });
      expect(faults).toEqual([]);
      expect(changes).toBeGreaterThan(2);
      expect(Object.keys(injected)).toEqual(scenario.kinds);
    },
    300_000,
  );
});

it("a disk that becomes read-only at any change of a lock is told of as such, also where a blob has just come", async () => {
  const scenario = scenarios.find(({ name }) => name === "lock")!;
  const places = Number.MAX_SAFE_INTEGER;
  const { faults, injected } = await campaign({
    scenario: { ...scenario, kinds: ["readonly"] },
    world,
    injector,
    places,
  });
  expect(faults).toEqual([]);
  expect(injected.readonly).toBeGreaterThan(20);
}, 600_000);

describe("the campaign itself", () => {
  it("tells old, new and mixed states apart", () => {
    const states = {
      before: new Map([["a", "1"]]),
      after: new Map([
        ["a", "2"],
        ["b", "3"],
      ]),
    };
    expect(mixtures(new Map([["a", "1"]]), states)).toEqual([]);
    expect(mixtures(new Map([["a", "2"]]), states)).toEqual([]);
    expect(mixtures(new Map([["a", "9"]]), states)).toEqual(["a is neither old nor new"]);
    expect(mixtures(new Map([["a", "2"]]), states, "a")).toEqual(["a is new, but b is not"]);
  });

  it("notices a program that is broken by a full disk", async () => {
    const broken = {
      ...injector,
      run: () => Promise.resolve({ status: 1, out: "", err: "TypeError", changes: 5 }),
    };
    const [scenario] = scenarios;
    await expect(campaign({ scenario: scenario!, world, injector: broken, places: 1 })).rejects.toThrow(
      /fails without a fault/,
    );
  });
});
