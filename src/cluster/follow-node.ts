import { setTimeout as sleep } from "node:timers/promises";
import { isRolesError } from "../errors.ts";
import type { TalosNode } from "../talos/api/client.ts";
import { type Transition, transitionReader } from "./transitions.ts";

interface Following {
  name: string;
  api: TalosNode;
  signal: AbortSignal;
  /** Between two attempts to reach a node that is away. */
  retryMs: number;
  onTransition: (transition: Transition) => void;
}

/**
 * Follows the events of one node until `signal`. Every connection asks for all that the node still keeps, and what was told before is
 * not told again: so nothing is lost over a broken connection, and a watcher that starts late hears of the whole boot.
 */
export async function followNode(following: Following): Promise<void> {
  const { name, signal, retryMs, onTransition } = following;
  const seen = new Set<string>();
  const read = transitionReader(name);
  let away = false;
  while (!signal.aborted) {
    try {
      for await (const event of following.api.events({ tailEvents: -1 }, { signal })) {
        if (away) onTransition(contact(name, "back", "it answers again"));
        away = false;
        if (event.id === "" || seen.has(event.id)) continue;
        seen.add(event.id);
        const transition = read(event);
        if (transition) onTransition(transition);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!away) onTransition(contact(name, "lost", isRolesError(error) ? error.message : String(error)));
      away = true;
    }
    await sleep(retryMs, undefined, { signal }).catch(() => {});
  }
}

const contact = (node: string, state: string, text: string): Transition => ({
  node,
  at: null,
  kind: "contact",
  state,
  text,
});
