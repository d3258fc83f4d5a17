import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { SeenBoot } from "../../src/cluster/causes/cause.ts";
import type { Transition } from "../../src/cluster/transitions.ts";
import type { Verified } from "../../src/cluster/verify.ts";
import { watchCluster } from "../../src/cluster/watch.ts";
import type { TalosNodeMachine } from "../../src/lab/node/node.ts";
import { simulatedCluster, type SimulatedCluster } from "../helpers/simulated-cluster.ts";

let cluster: SimulatedCluster | undefined;
afterEach(async () => {
  expect((await cluster?.close()) ?? []).toEqual([]);
  cluster = undefined;
});

interface Watched {
  transitions: Transition[];
  boots: Map<string, SeenBoot[]>;
  verified: Promise<Verified>;
  stop: () => void;
}

function watch(
  one: SimulatedCluster,
  { deadlineMs = 60_000, boots = new Map<string, SeenBoot[]>() } = {},
): Watched {
  const controller = new AbortController();
  const transitions: Transition[] = [];
  const remembered = new Map(boots);
  const verified = watchCluster({
    ...one.options,
    boots,
    signal: controller.signal,
    deadlineMs,
    refreshMs: 500,
    onTransition: (transition) => transitions.push(transition),
    onVerdict: () => {},
    onBoot: async (observed) => {
      await Promise.resolve();
      for (const { node, boots: own } of observed) remembered.set(node.name, own);
    },
  });
  return { transitions, boots: remembered, verified, stop: () => controller.abort() };
}

/** What really happened on a node, as the node itself has it. */
const history = (machine: TalosNodeMachine | undefined, service: string): string[] =>
  (machine?.boot()?.states.history(service) ?? [])
    .filter(({ state }) => ["Waiting", "Running"].includes(state))
    .map(({ state }) => state);

const told = (transitions: Transition[], node: string, service: string): string[] =>
  transitions.filter((one) => one.node === node && one.service === service).map(({ state }) => state);

describe("a formation that is watched", () => {
  it("of 20 nodes from power-on: every transition once, in order, until it is formed", async () => {
    cluster = await simulatedCluster({ nodes: 20, net: 160, speed: 4, settleMs: 0, timeoutMs: 20_000 });
    const { transitions, verified } = watch(cluster);
    const { verdict } = await verified;
    expect(verdict.formed).toBe(true);
    for (const [at, machine] of cluster.simulation.machines.entries()) {
      const name = `n${at + 1}`;
      for (const service of ["kubelet", "ext-zfs-service"])
        expect(told(transitions, name, service), `${name} ${service}`).toEqual(history(machine, service));
      const stages = transitions.filter(({ node, kind }) => node === name && kind === "stage");
      expect(stages.map(({ state }) => state)).toEqual(["booting", "running"]);
    }
    const gateway = told(transitions, "n1", "ext-tailscale");
    expect(gateway).toEqual(history(cluster.simulation.machines[0], "ext-tailscale"));
    expect(gateway.at(-1)).toBe("Running");
  });

  it("is whole for a watcher that was killed and started again", async () => {
    cluster = await simulatedCluster({ nodes: 4, net: 161, speed: 2, settleMs: 0, timeoutMs: 20_000 });
    const first = watch(cluster);
    await sleep(400);
    first.stop();
    await first.verified;
    // What happens now, nobody hears.
    await sleep(1500);
    const second = watch(cluster, { boots: first.boots });
    expect((await second.verified).verdict.formed).toBe(true);
    for (const [at, machine] of cluster.simulation.machines.entries()) {
      expect(told(second.transitions, `n${at + 1}`, "kubelet")).toEqual(history(machine, "kubelet"));
    }
    expect(second.boots.get("n1")).toHaveLength(1);
  });

  it("that fails: says what the node waits for, sees it reboot, and remembers the boot before", async () => {
    cluster = await simulatedCluster({
      row: "B1",
      nodes: 2,
      net: 162,
      speed: 500,
      settleMs: 0,
      timeoutMs: 20_000,
    });
    // 70 minutes and a reboot of the node's time.
    const { transitions, verified, boots } = watch(cluster, { deadlineMs: 22_000 });
    const { verdict } = await verified;
    expect(verdict.formed).toBe(false);
    const gateway = transitions.filter(({ node }) => node === "n1");
    expect(gateway.some(({ text }) => text === "ext-tailscale: Waiting for extension service config")).toBe(
      true,
    );
    expect(gateway.some(({ kind, state }) => kind === "boot" && state === "failed")).toBe(true);
    expect(boots.get("n1")?.length).toBeGreaterThan(1);
    expect(verdict.nodes[0]?.causes[0]?.row).toBe("B1");
  }, 60_000);
});
