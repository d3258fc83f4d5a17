import { expect, it } from "vitest";
import { bootLimitLabel, bootLimitSeconds, isShortened, minutesLeft } from "./boot-time.ts";
import { known, type Observation, unknown } from "./observation.ts";

const began = Date.UTC(2026, 0, 1);
const booting = (labels: Record<string, string>, seconds: number) =>
  ({
    at: began + seconds * 1000,
    clock: unknown("not asked"),
    machine: known({ stage: "booting", ready: false, unmet: [] }),
    kubernetes: known({ nodename: "n1", ready: true, labels }),
    services: known([
      { id: "machined", state: "Running", events: [{ state: "Running", message: "", at: began }] },
    ]),
  }) as unknown as Observation;

it("counts down Talos' 70 minutes", () => {
  expect(minutesLeft(booting({}, 61))).toBe(69);
  expect(bootLimitSeconds(booting({}, 61))).toBe(4200);
  expect(isShortened(4200)).toBe(false);
});

it("counts down what a lab gives instead, and knows that it is not Talos' own", () => {
  const short = { [bootLimitLabel]: "90" };
  expect(minutesLeft(booting(short, 5))).toBe(2);
  expect(minutesLeft(booting(short, 60))).toBe(1);
  expect(minutesLeft(booting(short, 600))).toBe(0);
  expect(isShortened(bootLimitSeconds(booting(short, 5)))).toBe(true);
  expect(bootLimitSeconds(booting({ [bootLimitLabel]: "soon" }, 5))).toBe(4200);
});
