import { RolesError } from "../../errors.ts";
import type { ServiceStates } from "../node/service-state.ts";

/** Nothing new for this long, and nothing on its way: the boot has settled. Milliseconds. */
const quietMs = 2500;
/** The same where something is still on its way: a slow machine is given time. */
const patientMs = 20_000;
const limitMs = 90_000;
const pollMs = 250;

interface SettleOptions {
  /** Whether what does not show in the services' states may still come, such as a module that is being loaded. */
  pending: () => Promise<boolean>;
  signal?: AbortSignal | undefined;
}

/** Waits until the services of a boot have come as far as they will; returns when the last new state came, by `performance.now()`. */
export async function settle(states: ServiceStates, { pending, signal }: SettleOptions): Promise<number> {
  let changed = performance.now();
  const seen = new Set<string>();
  states.onChange(({ service, state, message }) => {
    // A service that dies and is started again goes round in states it was in before.
    const known = seen.size;
    seen.add(`${service} ${state} ${state === "Waiting" ? message : ""}`);
    if (seen.size > known) changed = performance.now();
  });
  const limit = performance.now() + limitMs;
  for (;;) {
    const quiet = performance.now() - changed;
    if (quiet >= patientMs || performance.now() >= limit) return changed;
    if (quiet >= quietMs && !onTheWay(states) && !(await pending())) return changed;
    if (signal?.aborted) throw new RolesError("BUILD_INTERRUPTED", "the machine was stopped");
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Whether an extension's service is between two states, or waits for what the node itself brings about. */
const onTheWay = (states: ServiceStates): boolean =>
  states
    .ids()
    .filter((id) => id.startsWith("ext-"))
    .some((id) => {
      const state = states.state(id) ?? "";
      if (state === "Waiting") return /\bservice "|\bnetwork\b/.test(states.message(id));
      return ["Initialized", "Starting", "Preparing", "Stopping"].includes(state);
    });
