import { setMaxListeners } from "node:events";
import type { ServiceSpec } from "../../talos/service-spec.ts";
import type { Agent } from "./agent.ts";
import { conditionsOf } from "./conditions.ts";
import type { NodeLog } from "./log.ts";
import type { NodeImage, NodeOptions } from "./model.ts";
import { runService } from "./service-runner.ts";
import type { ServiceStates } from "./service-state.ts";
import { systemServices } from "./system-services.ts";

/** What the services of one boot live on. */
export interface ServiceInputs {
  options: NodeOptions;
  image: NodeImage;
  agent: Agent;
  states: ServiceStates;
  log: NodeLog;
  /** Ends the boot. */
  controller: AbortController;
}

export interface BootServices {
  /** Registers and starts all services that `which` lets through. */
  start(which: (id: string) => boolean): void;
  /** Resolves when the service has ended. Nothing happens to one that is not active. */
  stop(id: string): Promise<void>;
  restart(id: string): Promise<void>;
}

/** Services that Talos starts at the very end of a boot; extension services come before. */
export const startsLast: ReadonlySet<string> = new Set(["kubelet", "etcd", "trustd"]);

interface Service {
  id: string;
  spec: ServiceSpec;
  /** Services it waits for though its spec does not say so. */
  implicit: string[];
}

interface Active {
  controller: AbortController;
  ended: Promise<void>;
}

export function bootServices(inputs: ServiceInputs): BootServices {
  const { options, image, states, controller } = inputs;
  const services = new Map(servicesOf(image, options).map((one) => [one.id, one]));
  const active = new Map<string, Active>();
  const start = (service: Service): void => {
    const own = new AbortController();
    const signal = AbortSignal.any([controller.signal, own.signal]);
    // Every start of a service that crashes listens to it.
    setMaxListeners(0, signal);
    const ended = runOne(inputs, service, signal).catch((error: unknown) => {
      // Without its machine no service has a state any more.
      if (!controller.signal.aborted)
        states.set(service.id, "Failed", `Condition failed: ${(error as Error).message}`);
    });
    active.set(service.id, { controller: own, ended });
  };
  const stop = async (id: string): Promise<void> => {
    const one = active.get(id);
    if (!one || !["Running", "Waiting", "Preparing"].includes(states.state(id) ?? "")) return;
    states.set(id, "Stopping", `Sending SIGTERM to task ${id} (container ${id})`);
    one.controller.abort();
    await one.ended;
    states.set(id, "Finished", "Service finished successfully");
  };
  return {
    start: (which) => {
      const chosen = [...services.values()].filter(({ id }) => which(id));
      for (const { id } of chosen) states.register(id);
      for (const service of chosen) start(service);
    },
    stop,
    restart: async (id) => {
      await stop(id);
      const service = services.get(id);
      if (service && !controller.signal.aborted) start(service);
    },
  };
}

function servicesOf(image: NodeImage, { config }: NodeOptions): Service[] {
  const extensions = image.extensions.flatMap((extension) => extension.services);
  return [
    ...systemServices(config.controlPlane).map((spec): Service => ({ id: spec.name, spec, implicit: [] })),
    ...extensions.map((spec): Service => ({ id: `ext-${spec.name}`, spec, implicit: ["containerd"] })),
  ];
}

function runOne(inputs: ServiceInputs, { id, spec, implicit }: Service, signal: AbortSignal): Promise<void> {
  const { options, agent, states } = inputs;
  const config = () => options.config.serviceConfigs.find((one) => one.name === spec.name);
  const conditions = conditionsOf(
    spec,
    {
      states,
      agent,
      hasConfig: () => options.mode !== "container" && config() !== undefined,
      finishedCountsAsUp: options.features.finishedCountsAsUp,
    },
    implicit,
  );
  return runService({
    id,
    spec,
    conditions,
    config,
    states,
    agent,
    clock: options.clock,
    signal,
    ...(id === "etcd" ? { prepared: () => bootstrapped(inputs) } : {}),
  });
}

const joinText =
  "etcd is waiting to join the cluster, if this node is the first node in the cluster, please run `talosctl bootstrap` against one of the following IPs:";

/** etcd starts once somebody has said which node is the first; until then Talos says what it waits for. */
async function bootstrapped({ agent, log }: ServiceInputs): Promise<boolean> {
  const done = (await agent.bootstrapped?.()) ?? true;
  if (!done && !log.lines("machined").some((line) => line.includes(joinText)))
    log.write("machined", joinText);
  return done;
}
