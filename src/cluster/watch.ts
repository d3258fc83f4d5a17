import { setTimeout as sleep } from "node:timers/promises";
import type { SeenBoot } from "./causes/cause.ts";
import type { ClusterVerdict, NodeToVerify, ObservedNode } from "./cluster-verdict.ts";
import { ending } from "./ending.ts";
import { expectedRoles } from "./expected.ts";
import { followNode } from "./follow-node.ts";
import { heard } from "./heard.ts";
import { judgeCluster } from "./judge-cluster.ts";
import { lanes } from "./lanes.ts";
import type { Transition } from "./transitions.ts";
import { gatherFacts, nodesAtOnce, observeNode, type Verified, type VerifyOptions } from "./verify.ts";

export interface WatchOptions extends VerifyOptions {
  signal: AbortSignal;
  /** Milliseconds after which it ends, formed or not. */
  deadlineMs: number;
  /** How often every node is looked at, whether something happened or not. */
  refreshMs?: number;
  onTransition: (transition: Transition) => void;
  /** After every look. */
  onVerdict: (verdict: ClusterVerdict) => void;
  /** When a boot was seen for the first time: what is remembered has to be written now, not at the end. */
  onBoot: (observed: readonly ObservedNode[]) => Promise<void>;
}

const factsEvery = 3;

/** Follows a formation until the cluster is formed, the deadline passes or `signal` is aborted; gives the last verdict. */
export async function watchCluster(options: WatchOptions): Promise<Verified> {
  const { nodes, refreshMs = 5000, deadlineMs, onTransition } = options;
  const { signal, end } = ending(deadlineMs, options.signal);
  const wake = waker(signal);
  const told = heard();
  const followers = nodes.map(({ name, address }) =>
    followNode({
      name,
      api: options.client.node(address),
      signal,
      retryMs: Math.min(refreshMs, 2000),
      onTransition: (transition) => {
        onTransition(transition);
        told.note(transition);
        wake.wake(name);
      },
    }),
  );
  try {
    const verified = await look(options, { signal, wake });
    // The last look may be ahead of the events: what it saw is told before the end.
    await told.upTo(verified.observed, signal);
    return verified;
  } finally {
    end();
    await Promise.allSettled(followers);
  }
}

/** Looks at nodes: all of them every so often, and those that something happened on at once. */
async function look(
  options: WatchOptions,
  { signal, wake }: { signal: AbortSignal; wake: Waker },
): Promise<Verified> {
  const { roles, lock, record, nodes, strict, refreshMs = 5000, onVerdict, onBoot } = options;
  const expected = await expectedRoles(roles, { lock, record });
  const observed = new Map<string, ObservedNode>();
  const boots = new Map<string, SeenBoot[]>(options.boots ?? []);
  const limit = lanes({ atOnce: options.concurrency ?? nodesAtOnce });
  let facts = await gatherFacts(options);
  for (let turn = 1; ; turn += 1) {
    const due: readonly NodeToVerify[] = turn === 1 ? nodes : await wake.due(nodes, refreshMs);
    if (turn % factsEvery === 0 && !signal.aborted) facts = await gatherFacts(options);
    const before = bootCount(boots);
    const looking = due.map((node) =>
      limit(async () => {
        const one = await observeNode(options.client, node, { expected, boots: boots.get(node.name) ?? [] });
        observed.set(node.name, one);
        boots.set(node.name, one.boots);
      }),
    );
    await Promise.race([Promise.all(looking), aborted(signal)]);
    const all = nodes.flatMap(({ name }) => observed.get(name) ?? []);
    if (bootCount(boots) > before) await onBoot(all);
    const verdict = judgeCluster({
      roles,
      expected,
      nodes: all,
      facts,
      ...(strict === undefined ? {} : { strict }),
    });
    onVerdict(verdict);
    if (verdict.formed || signal.aborted) return { verdict, observed: all, expected };
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

const bootCount = (boots: ReadonlyMap<string, SeenBoot[]>): number =>
  [...boots.values()].reduce((sum, one) => sum + one.length, 0);

interface Waker {
  wake(name: string): void;
  /** Waits until something happened, and a moment longer for what comes with it; all nodes when nothing does for `refreshMs`. */
  due(nodes: readonly NodeToVerify[], refreshMs: number): Promise<readonly NodeToVerify[]>;
}

const settleMs = 300;

function waker(signal: AbortSignal): Waker {
  const names = new Set<string>();
  let rouse: (() => void) | undefined;
  let lastFull = Date.now();
  const until = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const pause = ending(ms, signal);
      pause.signal.addEventListener("abort", () => resolve(), { once: true });
      if (pause.signal.aborted) resolve();
      rouse = pause.end;
    });
  return {
    wake: (name) => {
      names.add(name);
      rouse?.();
    },
    due: async (nodes, refreshMs) => {
      if (names.size === 0) await until(Math.max(0, refreshMs - (Date.now() - lastFull)));
      await sleep(Math.min(settleMs, refreshMs), undefined, { signal }).catch(() => {});
      const chosen = [...names];
      names.clear();
      if (Date.now() - lastFull < refreshMs && chosen.length > 0)
        return nodes.filter(({ name }) => chosen.includes(name));
      lastFull = Date.now();
      return nodes;
    },
  };
}
