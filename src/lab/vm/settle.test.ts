import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scaledClock } from "../node/clock.ts";
import { serviceStates } from "../node/service-state.ts";
import { settle } from "./settle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => Promise.resolve(false);

describe("settle", () => {
  it("waits for a service that waits for another one, however quiet it is", async () => {
    const states = serviceStates(scaledClock());
    for (const id of ["cri", "ext-one"]) states.register(id);
    states.set("ext-one", "Waiting", 'Waiting for service "cri" to be "up"');
    setTimeout(() => states.set("ext-one", "Running", "Started"), 4000);
    const settled = settle(states, { pending: never });
    await vi.advanceTimersByTimeAsync(7000);
    await settled;
    expect(states.state("ext-one")).toBe("Running");
  });

  it("does not wait for what only a machine config can bring", async () => {
    const states = serviceStates(scaledClock());
    states.register("ext-one");
    states.set("ext-one", "Waiting", "Waiting for extension service config");
    const settled = settle(states, { pending: never });
    await vi.advanceTimersByTimeAsync(3000);
    await settled;
  });

  it("waits for a module that is being loaded", async () => {
    const states = serviceStates(scaledClock());
    const loaded = performance.now() + 5000;
    const settled = settle(states, { pending: () => Promise.resolve(performance.now() < loaded) });
    await vi.advanceTimersByTimeAsync(6000);
    await settled;
    expect(performance.now()).toBeGreaterThan(loaded);
  });

  it("ends with an error when it is stopped", async () => {
    const states = serviceStates(scaledClock());
    const stopped = settle(states, { pending: never, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "BUILD_INTERRUPTED" });
  });
});
