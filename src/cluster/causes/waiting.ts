import { type Observation, type ObservedService, valueOr } from "../observation.ts";
import type { Case, Evidence } from "./cause.ts";

/** Layers that no role lists: Talos' own bookkeeping and Image Factory's marker. */
export const virtualLayers: ReadonlySet<string> = new Set(["modules.dep", "schematic", "embedded-config"]);

/** An extension service that is waiting, and for what. */
export interface Waiting {
  /** `ext-tailscale`. */
  id: string;
  /** `tailscale`. */
  name: string;
  message: string;
  service: ObservedService;
  /** Fragments of the message: `extension service config`, `file "/dev/zfs" to exist`. */
  fragments: string[];
}

const prefix = "Waiting for ";

export const extensionServices = ({ services }: Observation): ObservedService[] =>
  valueOr(services, []).filter(({ id }) => id.startsWith("ext-"));

export const lastMessage = ({ events }: ObservedService): string => events.at(-1)?.message ?? "";

/** Whether a service was ever up in this boot: Talos asks no more of it. */
export const wasUp = ({ state, events }: ObservedService): boolean =>
  [state, ...events.map((event) => event.state)].some((one) =>
    ["Running", "Finished", "Skipped"].includes(one),
  );

/** What every service of a node waits for now, as Talos says it. */
export const waitTexts = ({ services }: Observation): string[] =>
  valueOr(services, [])
    .filter(({ state }) => state === "Waiting" || state === "Failed")
    .map((service) => `${service.id}: ${lastMessage(service).replace(/^Waiting for /, "")}`);

/** Extension services of the role that wait: their last message is Talos' list of unmet conditions. */
export const waitingServices = (one: Case): Waiting[] =>
  allWaiting(one).filter(({ name }) => !isSurplus(one, name));

/** Those that wait and that come with an extension the role does not have. */
export const surplusServices = (one: Case): Waiting[] =>
  allWaiting(one).filter(({ name }) => isSurplus(one, name));

/** A service the role's contract does not know, on a node with extensions the role does not have. */
function isSurplus({ observation, expected }: Case, service: string): boolean {
  const wanted = new Set(expected.extensions.map(({ name }) => name));
  const hasMore = valueOr(observation.extensions, []).some(
    ({ name }) => !wanted.has(name) && !virtualLayers.has(name),
  );
  return hasMore && !expected.contract.services.some(({ name }) => name === service);
}

function allWaiting({ observation }: Case): Waiting[] {
  return extensionServices(observation)
    .filter(({ state }) => state === "Waiting")
    .flatMap((service) => {
      const { id } = service;
      const message = lastMessage(service);
      if (!message.startsWith(prefix)) return [];
      const fragments = message.slice(prefix.length).split(", ");
      return [{ id, name: id.slice("ext-".length), message, service, fragments }];
    });
}

export const serviceEvidence = ({ id, message }: { id: string; message: string }): Evidence => ({
  source: `service ${id}`,
  text: message,
});

/** The last steps of every chain in which a service never comes up. */
export const bootWaits = (id: string): string[] => [
  `Talos' boot waits for ${id}`,
  "after 70 minutes the boot fails and the node reboots; an upgrade is rolled back in silence",
];
