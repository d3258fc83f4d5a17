import { describe, expect, it } from "vitest";
import { findCauses } from "../../src/cluster/causes/find.ts";
import { known, type ObservedService } from "../../src/cluster/observation.ts";
import { observe } from "../../src/cluster/observe.ts";
import { caseOf, observation } from "../helpers/observed.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const start = Date.UTC(2026, 0, 1);

/** A service that ran for `runs` one after the other, each 5 s after it died; the last still runs, unless it has just died. */
function service(id: string, runs: number[], { dead = false, text = "exit code 1" } = {}): ObservedService {
  let at = start;
  const events = runs.flatMap((length, index) => {
    const began = at;
    at += length + 5 * second;
    const died = index < runs.length - 1 || dead;
    return [
      { state: "Running", message: "Started task", at: began },
      ...(died
        ? [{ state: "Waiting", message: `going to restart forever: ${text}`, at: began + length }]
        : []),
    ];
  });
  return { id, state: events.at(-1)?.state ?? "", events };
}

const endOf = (runs: number[]): number => start + runs.reduce((sum, one) => sum + one + 5 * second, 0);

/** Rows on a node whose own clock says so many milliseconds after the last start of the service. */
const rowsAt = (one: ObservedService, up: number): string[] =>
  findCauses(
    caseOf(
      observation({
        services: known([one]),
        clock: known((one.events.findLast(({ state }) => state === "Running")?.at ?? 0) + up),
      }),
    ),
  ).map(({ row }) => row);

// Login to a tailnet is given up after a minute.
const badKey = [minute, minute, minute, 0];

describe("a service that crashed", () => {
  it.each([
    ["ext-tailscale", "D4"],
    ["ext-zfs-service", "D9"],
    ["ext-flaky", "D1"],
  ])("%s is in a loop between two crashes, and no more once it has run well for long", (id, row) => {
    expect(rowsAt(service(id, badKey), 50 * second)).toEqual([row]);
    expect(rowsAt(service(id, [0, 0, 0, 0]), second)).toEqual([row]);
    expect(rowsAt(service(id, badKey), 3 * hour)).toEqual([]);
  });

  it.each([
    ['TS_ROUTES: "x" is not a valid CIDR', "B4"],
    ["exit code 137", "D10"],
  ])("%s is over, too", (text, row) => {
    expect(rowsAt(service("ext-tailscale", badKey, { text }), minute)).toEqual([row]);
    expect(rowsAt(service("ext-tailscale", badKey, { text }), hour)).toEqual([]);
  });

  it("is in a loop while Talos waits to start it again, whatever any clock says", () => {
    expect(rowsAt(service("ext-flaky", [0, 0, 0], { dead: true }), 5 * hour)).toEqual(["D1"]);
  });

  it("is believed later where each of its runs lasts longer", () => {
    const slow = [20 * minute, 20 * minute, 20 * minute, 0];
    expect(rowsAt(service("ext-flaky", slow), 19 * minute)).toEqual(["D1"]);
    expect(rowsAt(service("ext-flaky", slow), 60 * minute)).toEqual([]);
  });

  it("that ran for hours before is judged by its last runs", () => {
    expect(rowsAt(service("ext-flaky", [30 * hour, 0, 0, 0, 0]), second)).toEqual(["D1"]);
    expect(rowsAt(service("ext-flaky", [30 * hour, 0, 0, 0, 0]), 10 * minute)).toEqual([]);
  });

  it("once a day is in no loop", () => {
    expect(rowsAt(service("ext-flaky", [24 * hour, 24 * hour, 24 * hour, 0]), minute)).toEqual([]);
  });

  it("two times only, or was taken its document from, is in no loop", () => {
    expect(rowsAt(service("ext-flaky", [0, 0, 0]), second)).toEqual([]);
    const one = service("ext-flaky", badKey, { dead: true });
    const waits = { state: "Waiting", message: "Waiting for time sync", at: endOf(badKey) };
    expect(rowsAt({ ...one, events: [...one.events, waits] }, second)).not.toContain("D1");
  });
});

describe("observing a node with such a service", () => {
  it("asks for the node's own clock, by which it is told", async () => {
    const asked: string[] = [];
    const node = {
      address: "n",
      version: () => Promise.resolve({ messages: [{ version: { tag: "v1.13.6" } }] }),
      services: () =>
        Promise.resolve([
          {
            id: "ext-tailscale",
            state: "Running",
            events: {
              events: service("x", badKey).events.map(({ state, message }) => ({ state, msg: message })),
            },
          },
        ]),
      list: () => Promise.resolve([]),
      get: ({ type }: { type: string }) => {
        asked.push(type);
        return Promise.resolve(undefined);
      },
      logs: async function* () {},
      dmesg: async function* () {},
    };
    await observe(node as never);
    expect(asked).toContain("MemoryStats.perf.talos.dev");
  });
});
