import { ownValue } from "../formats/own-value.ts";
import { moduleName } from "../talos/config/modules.ts";
import type { Case, Cause } from "./causes/cause.ts";
import { type Part, valueOr } from "./observation.ts";

/** What the role needs and the node does not show, beyond what a cause already explains. */
export function shortcomings(one: Case, causes: readonly Cause[]): string[] {
  const explained = new Set(causes.flatMap(({ service }) => service ?? []));
  return [
    ...notRunning(one, explained),
    ...notLive(one),
    ...tunnelDown(one),
    ...noRouter(one),
    ...otherSchematic(one),
    ...missingLabels(one),
    ...noRuntimeClass(one),
  ];
}

/** What would have to be known for a yes. */
export function openQuestions({ observation, expected, device, runtimeClasses }: Case): string[] {
  const parts: Part<unknown>[] = [
    observation.extensions,
    observation.services,
    observation.modules,
    observation.wantedModules,
    ...(expected.schematic === undefined ? [] : [observation.schematic]),
    ...(Object.keys(expected.labels).length > 0 ? [observation.kubernetes] : []),
    ...(expected.router ? [observation.tunnelUp, device] : []),
    ...(expected.handlers.length > 0 ? [runtimeClasses] : []),
  ];
  return [
    ...new Set([
      ...(expected.unclear === undefined ? [] : [expected.unclear]),
      ...parts.flatMap((part) => (part.known ? [] : [part.reason])),
    ]),
  ];
}

function notRunning({ observation, expected }: Case, explained: ReadonlySet<string>): string[] {
  if (!observation.services.known) return [];
  const states = new Map(observation.services.value.map(({ id, state }) => [id, state]));
  return expected.contract.services
    .map(({ name, restart }) => ({ id: `ext-${name}`, oneShot: restart !== "always" }))
    .filter(({ id, oneShot }) => states.get(id) !== "Running" && !(oneShot && states.get(id) === "Finished"))
    .filter(({ id }) => !explained.has(id))
    .map(({ id }) => `${id} is ${states.get(id) ?? "not there"}`);
}

function notLive({ observation, expected }: Case): string[] {
  if (!observation.modules.known || !observation.wantedModules.known) return [];
  const live = new Set(observation.modules.value.map(({ name }) => name));
  const wanted = new Set(observation.wantedModules.value.map(({ name }) => moduleName(name)));
  // Only what the config asks for has to be loaded: an extension may carry modules for hardware that is not there.
  return expected.contract.modules
    .filter(({ name }) => wanted.has(moduleName(name)) && !live.has(moduleName(name)))
    .map(({ name }) => `module ${name} is not loaded`);
}

function tunnelDown({ observation, expected }: Case): string[] {
  const running = valueOr(observation.services, []).some(
    ({ id, state }) => id === "ext-tailscale" && state === "Running",
  );
  // Without its service the missing tunnel is no news; in userspace mode there is none.
  if (!expected.router?.kernel || !running) return [];
  return valueOr(observation.tunnelUp, true) ? [] : ["tailscale0 is not up"];
}

/** A subnet router whose role forgets the extension that routes: no wrong image, so no cause of its own. */
function noRouter({ observation, expected }: Case): string[] {
  if (!expected.router || !observation.extensions.known || !observation.services.known) return [];
  const routes =
    expected.extensions.some(({ name }) => name === "tailscale") ||
    observation.services.value.some(({ id }) => id === "ext-tailscale");
  return routes ? [] : ["it is to route for a tailnet, and its image has no tailscale"];
}

function otherSchematic({ observation, expected }: Case): string[] {
  const found = valueOr(observation.schematic, null);
  return expected.schematic !== undefined && found !== null && found !== expected.schematic
    ? [`its schematic is ${found.slice(0, 12)}…, not ${expected.schematic.slice(0, 12)}… of the lock`]
    : [];
}

function missingLabels({ observation, expected }: Case): string[] {
  if (!observation.kubernetes.known) return [];
  const { labels } = observation.kubernetes.value;
  return Object.entries(expected.labels)
    .filter(([key, value]) => ownValue(labels, key) !== value)
    .map(([key, value]) => `label ${key} is ${ownValue(labels, key) ?? "missing"}, not ${value || '""'}`);
}

function noRuntimeClass({ expected, runtimeClasses }: Case): string[] {
  if (!runtimeClasses.known) return [];
  const { value } = runtimeClasses;
  return expected.handlers
    .filter((handler) => !value.includes(handler))
    .map((handler) => `the cluster has no RuntimeClass with handler ${handler}`);
}
