import type { ServiceSpec } from "../../talos/service-spec.ts";
import type { Agent } from "./agent.ts";
import type { ServiceStates } from "./service-state.ts";

/** One thing a service waits for. `pending` is Talos' own text for it, or undefined once it is met. */
export type Condition = () => Promise<string | undefined>;

export interface ConditionInputs {
  states: ServiceStates;
  agent: Agent;
  /** Whether an ExtensionServiceConfig document of this exact name is active. */
  hasConfig(name: string): boolean;
  /** Before Talos 1.14 a service that has finished counts as up for those that wait for it. */
  finishedCountsAsUp: boolean;
}

/** Everything `spec` waits for, in the order in which Talos names it: services, paths, network, time, configuration. */
export function conditionsOf(
  spec: ServiceSpec,
  inputs: ConditionInputs,
  implicit: readonly string[],
): Condition[] {
  const { waitsFor } = spec;
  const services = [...new Set([...implicit, ...waitsFor.services])];
  return [
    ...services.map((id) => serviceUp(id, inputs)),
    ...waitsFor.paths.map((path) => pathExists(path, inputs)),
    ...(waitsFor.network.length > 0 ? [networkReady(waitsFor.network, inputs)] : []),
    ...(waitsFor.time ? [async () => ((await inputs.agent.timeSynced()) ? undefined : "time sync")] : []),
    async () => inputs.agent.blockedBy?.(spec.name),
    ...(waitsFor.configuration
      ? [() => Promise.resolve(inputs.hasConfig(spec.name) ? undefined : "extension service config")]
      : []),
  ];
}

function serviceUp(id: string, { states, finishedCountsAsUp }: ConditionInputs): Condition {
  return () => {
    const state = states.state(id);
    if (state === undefined) return Promise.resolve(`service "${id}" to be registered`);
    const up = state === "Running" || state === "Skipped" || (finishedCountsAsUp && state === "Finished");
    return Promise.resolve(up ? undefined : `service "${id}" to be "up"`);
  };
}

const pathExists =
  (path: string, { agent }: ConditionInputs): Condition =>
  async () =>
    (await agent.pathExists(path)) ? undefined : `file "${path}" to exist`;

function networkReady(wanted: readonly string[], { agent }: ConditionInputs): Condition {
  return async () => {
    const flags = await agent.network();
    const met: Record<string, boolean> = {
      addresses: flags.address,
      connectivity: flags.connectivity,
      hostname: flags.hostname,
      etcfiles: flags.etcFiles,
    };
    return wanted.every((name) => met[name]) ? undefined : "network";
  };
}

/** The texts of the conditions that are not met, in order. */
export async function pendingOf(conditions: readonly Condition[]): Promise<string[]> {
  const texts = await Promise.all(conditions.map((condition) => condition()));
  return texts.filter((text) => text !== undefined);
}
