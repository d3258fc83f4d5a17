import type { Clock } from "./clock.ts";
import type { ServiceStates } from "./service-state.ts";

/** Talos gives the services of a boot this long to come up, then fails the boot and reboots. */
const talosBootLimitMs: number = 70 * 60 * 1000;
export const rebootDelayMs = 10_000;
const pollMs = 1000;
const reportMs = 15_000;

export interface BootListener {
  /** Every 15 s: the services that have not come up yet, in Talos' own words. */
  stillWaiting(text: string): void;
  /** All services came up in time. */
  completed(): void;
  /** The limit passed; the node reboots after its countdown. */
  failed(): void;
  rebooting(): void;
}

interface BootOptions {
  states: ServiceStates;
  clock: Clock;
  signal: AbortSignal;
  listener: BootListener;
  limitMs?: number;
}

/** Waits for every service that is registered now, each only until it was up once, at most for the boot limit. */
export async function monitorBoot({
  states,
  clock,
  signal,
  listener,
  limitMs = talosBootLimitMs,
}: BootOptions): Promise<void> {
  const deadline = clock.now() + limitMs;
  const awaited = states.ids();
  let reported = clock.now();
  for (;;) {
    const missing = awaited.filter((id) => !states.wasUp(id));
    if (signal.aborted) return;
    if (missing.length === 0) return listener.completed();
    if (clock.now() >= deadline) break;
    if (clock.now() - reported >= reportMs) {
      listener.stillWaiting(missing.map((id) => `service "${id}" to be up/finished`).join(", "));
      reported = clock.now();
    }
    await clock.sleep(pollMs, signal);
  }
  listener.failed();
  await clock.sleep(rebootDelayMs, signal);
  if (!signal.aborted) listener.rebooting();
}
