import { setTimeout as sleep } from "node:timers/promises";
import type { ObservedNode } from "./cluster-verdict.ts";
import { valueOr } from "./observation.ts";
import { isTold, type Transition } from "./transitions.ts";

/** Keeps what the events have told of each service so far. */
export interface Heard {
  note(transition: Transition): void;
  /** Waits until the events have told every state that `observed` shows, at most a few seconds: events come by another stream than what is looked at. */
  upTo(observed: readonly ObservedNode[], signal: AbortSignal): Promise<void>;
}

const patienceMs = 5000;
const pollMs = 50;

export function heard(): Heard {
  const states = new Map<string, string>();
  const isBehind = ({ node, observation }: ObservedNode): boolean =>
    (observation.machine.known && states.get(node.name) !== observation.machine.value.stage) ||
    valueOr(observation.services, []).some(
      ({ id, state }) => isTold(id, state) && states.get(`${node.name} ${id}`) !== state,
    );
  return {
    note: ({ node, kind, service, state }) => {
      if (kind === "stage") states.set(node, state);
      if (service !== undefined) states.set(`${node} ${service}`, state);
    },
    upTo: async (observed, signal) => {
      const end = Date.now() + patienceMs;
      while (Date.now() < end && !signal.aborted && observed.some(isBehind))
        await sleep(pollMs, undefined, { signal }).catch(() => {});
    },
  };
}
