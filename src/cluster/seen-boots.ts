import { bootStarted } from "./boot-time.ts";
import type { SeenBoot } from "./causes/cause.ts";
import { type Observation, valueOr } from "./observation.ts";

/** Talos' own limit keeps these few; more than a day of a reboot loop tells nothing new. */
const kept = 20;

/** The boots of a node with the one that was just observed; the same list where that is no new one. */
export function addBoot(boots: readonly SeenBoot[], observation: Observation): SeenBoot[] {
  const { bootId } = observation;
  if (!bootId.known) return [...boots];
  const boot: SeenBoot = {
    bootId: bootId.value,
    started: bootStarted(observation) ?? 0,
    talos: valueOr(observation.version, { talos: "" }).talos,
    extensions: Object.fromEntries(
      valueOr(observation.extensions, []).map(({ name, version }) => [name, version]),
    ),
  };
  const earlier = boots.filter((one) => one.bootId !== boot.bootId);
  const before = boots.find((one) => one.bootId === boot.bootId);
  // The history of a service that crashes forgets its beginning, so the first time that was seen counts.
  const started =
    before && before.started > 0 ? Math.min(before.started, boot.started || Infinity) : boot.started;
  return [...earlier, { ...boot, started }].slice(-kept);
}
