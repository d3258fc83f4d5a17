import type { Happening } from "./cluster-verdict.ts";
import { type Observation, valueOr } from "./observation.ts";

/** Talos fails a boot after this time (its BootTimeout, the same in every version from 1.5 to 1.14). */
const talosLimitSeconds = 70 * 60;

/** Label of a node whose boots are given another time than Talos gives: the lab's, which shortens it. Seconds. */
export const bootLimitLabel = "talos-roles.io/lab-boot-limit-seconds";

/** Seconds in which this node's boot has to complete. */
export function bootLimitSeconds({ kubernetes }: Observation): number {
  const own = kubernetes.known ? Number(kubernetes.value.labels[bootLimitLabel]) : 0;
  return own > 0 ? own : talosLimitSeconds;
}

/** Whether that is less than Talos gives. */
export const isShortened = (seconds: number): boolean => seconds < talosLimitSeconds;

/** When this boot began: the first thing that happened to any service that does not fall out of its history. */
export function bootStarted({ services }: Observation): number | undefined {
  const firsts = valueOr(services, []).flatMap(({ events }) =>
    events[0] && events[0].at > 0 ? [events[0].at] : [],
  );
  return firsts.length > 0 ? Math.min(...firsts) : undefined;
}

/**
 * What time it is for a node: its own clock may differ from ours. Where it does not tell, ours counts, but never less than the last thing
 * that happened there.
 */
export function nodeTime({ clock, at, services }: Observation): number {
  const last = Math.max(0, ...valueOr(services, []).map(({ events }) => events.at(-1)?.at ?? 0));
  return Math.max(clock.known ? clock.value : at, last);
}

/** Whole minutes until Talos gives this boot up; null for a node that is not booting, or whose start is not known. */
export function minutesLeft(observation: Observation): number | null {
  const stage = valueOr(observation.machine, { stage: "unknown" }).stage;
  const started = bootStarted(observation);
  if (stage !== "booting" || started === undefined) return null;
  const limit = bootLimitSeconds(observation);
  const left = Math.ceil((started + limit * 1000 - nodeTime(observation)) / 60_000);
  return Math.min(Math.ceil(limit / 60), Math.max(0, left));
}

const told = new Set(["Waiting", "Running", "Failed", "Finished", "Skipped"]);

/** What happened to the services that decide a formation, oldest first. */
export function timelineOf({ services }: Observation): Happening[] {
  return valueOr(services, [])
    .filter(({ id }) => id.startsWith("ext-") || ["kubelet", "etcd", "cri"].includes(id))
    .flatMap(({ id, events }) =>
      events
        .filter(({ state }) => told.has(state))
        .map(({ at, state, message }) => ({
          at,
          service: id,
          state,
          text: state === "Running" ? `${id} runs` : `${id}: ${message}`,
        })),
    )
    .sort((a, b) => a.at - b.at);
}
