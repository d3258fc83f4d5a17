import type { ObservedService } from "../observation.ts";

const restartText = /going to restart|exited without error/;

const secondMs = 1000;
/** tailscale gives its login up after 60 s and Talos starts a service again after 5: a service that outlives two such turns has come through. */
const wellAfterMs = 2 * (60 + 5) * secondMs;
/** Crashes further apart are each a story of its own. */
const longestRunMs = 60 * 60 * secondMs;
const crashesOfLoop = 3;

/** When a service ran and fell back to waiting, in the history that Talos keeps. */
const crashes = ({ events }: ObservedService): number[] =>
  events
    .filter(
      (event, at) =>
        event.state === "Waiting" && restartText.test(event.message) && events[at - 1]?.state === "Running",
    )
    .map(({ at }) => at);

export const hasCrashed = (service: ObservedService): boolean => crashes(service).length >= crashesOfLoop;

/** What Talos said of the last crash. */
export const lastCrash = ({ events }: ObservedService): string =>
  events.findLast(({ message }) => restartText.test(message))?.message ?? "";

/**
 * Whether a service comes up and dies, again and again, at `now` by its node's clock. Between two crashes it runs: one that has run for
 * twice as long as it did between its last crashes has recovered.
 */
export function isCrashing(service: ObservedService, now: number): boolean {
  const [first, second, third] = crashes(service).slice(-crashesOfLoop);
  if (first === undefined || second === undefined || third === undefined) return false;
  const turn = Math.max(second - first, third - second);
  if (turn > longestRunMs) return false;
  // Waiting for something else, stopped or finished: that has a cause of its own.
  if (service.state !== "Running") return restartText.test(service.events.at(-1)?.message ?? "");
  return now - third <= Math.max(wellAfterMs, 2 * turn);
}
