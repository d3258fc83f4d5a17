import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import {
  ErrorCode,
  type MachineStage,
  machineStages,
  SequenceAction,
  serviceActions,
  StepAction,
} from "../../talos/api/enums.ts";
import type { Agent, ServiceConfig } from "./agent.ts";
import { monitorBoot, rebootDelayMs } from "./boot-monitor.ts";
import { type BootServices, bootServices, type ServiceInputs, startsLast } from "./boot-services.ts";
import { type EventRing, eventRing } from "./events.ts";
import { type NodeLog, nodeLog } from "./log.ts";
import type { NodeImage, NodeOptions } from "./model.ts";
import { watchMachine } from "./observe-machine.ts";
import * as publish from "./publish.ts";
import { type ResourceStore, resourceStore } from "./resources.ts";
import { type ServiceStates, serviceStates } from "./service-state.ts";

/** One boot of a node, from its first service to its reboot. */
export interface Boot {
  bootId: string;
  image: NodeImage;
  states: ServiceStates;
  resources: ResourceStore;
  events: EventRing;
  log: NodeLog;
  stage(): MachineStage;
  /** Resolves when the boot failed and the node goes down to reboot. */
  failed: Promise<void>;
  /** Stops a service, as `talosctl service ID stop` does. */
  stopService(id: string): Promise<void>;
  /** A document that becomes active now; the service that waits for it goes on. */
  addServiceConfig(document: ServiceConfig): void;
  /** A document that is taken away: its service is stopped and starts over. */
  removeServiceConfig(name: string): Promise<void>;
  /** Ends everything of this boot. */
  stop(): void;
}

interface Parts extends ServiceInputs {
  image: NodeImage;
  resources: ResourceStore;
  events: EventRing;
  setStage: (stage: MachineStage) => void;
}

/** Starts a boot of `image`. */
export function startBoot(options: NodeOptions, image: NodeImage): Boot {
  const { clock } = options;
  let stage: MachineStage = "booting";
  const parts: Parts = {
    options,
    image,
    agent: options.machine(image),
    states: serviceStates(clock),
    resources: resourceStore(clock),
    events: eventRing(clock),
    log: nodeLog(clock),
    controller: new AbortController(),
    setStage: (next) => {
      stage = next;
    },
  };
  // Every service of a node listens to this one signal.
  setMaxListeners(0, parts.controller.signal);
  const bootId = randomUUID();
  publishStart(parts, bootId);
  const services = bootServices(parts);
  const failed = runBoot(parts, services);
  watchMachine({ ...parts, stage: () => stage, signal: parts.controller.signal });
  return {
    bootId,
    image,
    states: parts.states,
    resources: parts.resources,
    events: parts.events,
    log: parts.log,
    stage: () => stage,
    failed,
    stopService: (id) => services.stop(id),
    ...liveConfig(parts, services),
    stop: () => parts.controller.abort(),
  };
}

function publishStart(
  { options, image, resources, states, events, log, agent }: Parts,
  bootId: string,
): void {
  publish.publishImage(resources, image);
  publish.publishBootId(resources, bootId);
  publish.publishSecurity(resources);
  for (const line of image.complaints) log.write("controller-runtime", line);
  void writeKernelLog(agent, log);
  for (const one of options.config.members ?? []) publish.publishMember(resources, one);
  for (const module of options.config.modules) publish.publishWantedModule(resources, module);
  states.onChange(({ service, state, message }) => {
    publish.publishService(resources, service, state === "Running");
    events.publish("machine.ServiceStateEvent", { service, action: serviceActions.indexOf(state), message });
    log.write("machined", `service[${service}](${state}): ${message}`);
  });
  // In Docker the controller that acknowledges these documents is not there.
  if (options.mode === "container") return;
  for (const { name } of options.config.serviceConfigs) publish.publishServiceConfig(resources, name);
}

async function writeKernelLog(agent: Agent, log: NodeLog): Promise<void> {
  for (const line of (await agent.kernelLog?.().catch(() => [])) ?? []) log.write("kernel", line);
}

/** Documents that come and go while the node runs. */
function liveConfig(
  { options, resources }: Parts,
  services: BootServices,
): Pick<Boot, "addServiceConfig" | "removeServiceConfig"> {
  const { config } = options;
  return {
    addServiceConfig: (document) => {
      config.serviceConfigs = [...config.serviceConfigs, document];
      publish.publishServiceConfig(resources, document.name);
    },
    removeServiceConfig: (name) => {
      config.serviceConfigs = config.serviceConfigs.filter((one) => one.name !== name);
      publish.removeServiceConfig(resources, name);
      return services.restart(`ext-${name}`);
    },
  };
}

function runBoot(parts: Parts, services: BootServices): Promise<void> {
  const { options, events, states, controller, log } = parts;
  events.publish("machine.SequenceEvent", { sequence: "boot", action: SequenceAction.start });
  const { forbiddenFile } = options.config;
  services.start(forbiddenFile === undefined ? () => true : (id) => !startsLast.has(id));
  if (forbiddenFile !== undefined) return failUserSetup(parts, forbiddenFile);
  events.publish("machine.PhaseEvent", { phase: "startEverything", action: StepAction.start });
  events.publish("machine.TaskEvent", { task: "startAllServices", action: StepAction.start });
  return new Promise((resolve) => {
    void monitorBoot({
      states,
      clock: options.clock,
      signal: controller.signal,
      ...(options.bootLimitMs === undefined ? {} : { limitMs: options.bootLimitMs }),
      listener: {
        stillWaiting: (text) => log.write("machined", `task startAllServices (1/1): ${text}`),
        completed: () => complete(parts),
        failed: () => fail(parts, "task startAllServices: context deadline exceeded"),
        rebooting: resolve,
      },
    });
  });
}

function complete({ events, setStage }: Parts): void {
  events.publish("machine.TaskEvent", { task: "startAllServices", action: StepAction.stop });
  events.publish("machine.PhaseEvent", { phase: "startEverything", action: StepAction.stop });
  events.publish("machine.SequenceEvent", { sequence: "boot", action: SequenceAction.stop });
  setStage("running");
}

const setupPauseMs = 35 * 60 * 1000;

/** A task before the services that fails: Talos says so at once, waits half of the boot's time, and gives the boot up. */
async function failUserSetup(parts: Parts, path: string): Promise<void> {
  const { options, events, log, controller } = parts;
  const error = `create operation not allowed outside of /var: "${path}"`;
  events.publish("machine.PhaseEvent", { phase: "userSetup", action: StepAction.start });
  log.write("machined", `task writeUserFiles (1/1): failed: ${error}`);
  await options.clock.sleep(setupPauseMs, controller.signal);
  fail(parts, `task writeUserFiles: ${error}`);
  await options.clock.sleep(rebootDelayMs, controller.signal);
}

/** Talos ends the sequence without an error first and reports the error after it, so a watcher may see `running` for a moment. */
function fail({ events, log, setStage }: Parts, what: string): void {
  const message = `boot failed: ${what}`;
  events.publish("machine.SequenceEvent", { sequence: "boot", action: SequenceAction.stop });
  events.publish("machine.SequenceEvent", {
    sequence: "boot",
    action: SequenceAction.noop,
    error: { code: ErrorCode.fatal, message },
  });
  log.write("machined", `${message}; rebooting in 10 seconds`);
  setStage("rebooting");
  const status = { stage: machineStages.indexOf("rebooting"), status: { ready: true, unmetConditions: [] } };
  events.publish("machine.MachineStatusEvent", status);
}
