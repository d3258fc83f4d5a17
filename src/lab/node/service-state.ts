import type { ServiceState } from "../../talos/api/enums.ts";
import type { Clock } from "./clock.ts";

export interface StateChange {
  service: string;
  state: ServiceState;
  message: string;
  at: number;
}

/** Talos keeps this many events of each service. */
const historyLength = 64;

/** The states of all services of a node, with their history; tells every change to its listeners. */
export interface ServiceStates {
  register(id: string): void;
  set(id: string, state: ServiceState, message: string): void;
  /** undefined for a service that is not registered. */
  state(id: string): ServiceState | undefined;
  message(id: string): string;
  ids(): string[];
  history(id: string): StateChange[];
  /** True once the service has ever been up: Talos latches it for the boot. */
  wasUp(id: string): boolean;
  onChange(listener: (change: StateChange) => void): void;
}

export function serviceStates(clock: Clock): ServiceStates {
  const histories = new Map<string, StateChange[]>();
  const up = new Set<string>();
  const listeners: ((change: StateChange) => void)[] = [];
  const last = (id: string) => histories.get(id)?.at(-1);
  return {
    register: (id) => {
      if (!histories.has(id)) histories.set(id, []);
    },
    set: (id, state, message) => {
      const change = { service: id, state, message, at: clock.now() };
      histories.set(id, [...(histories.get(id) ?? []), change].slice(-historyLength));
      if (state === "Running" || state === "Skipped" || state === "Finished") up.add(id);
      for (const listener of listeners) listener(change);
    },
    state: (id) => (histories.has(id) ? (last(id)?.state ?? "Initialized") : undefined),
    message: (id) => last(id)?.message ?? "",
    ids: () => [...histories.keys()].sort(),
    history: (id) => histories.get(id) ?? [],
    wasUp: (id) => up.has(id),
    onChange: (listener) => {
      listeners.push(listener);
    },
  };
}
