import { type MachineStage, machineStages } from "../../talos/api/enums.ts";
import type { Agent } from "./agent.ts";
import type { EventRing } from "./events.ts";
import type { NodeLog } from "./log.ts";
import { controllerError } from "./log-lines.ts";
import { machineStatus, type MachineStatus } from "./machine-status.ts";
import type { NodeImage, NodeOptions } from "./model.ts";
import * as publish from "./publish.ts";
import type { ResourceStore } from "./resources.ts";
import type { ServiceStates } from "./service-state.ts";

const pollMs = 1000;
const moduleRetryMs = 30_000;
const ipv6Forwarding = "net.ipv6.conf.all.forwarding";

interface Inputs {
  options: NodeOptions;
  image: NodeImage;
  agent: Agent;
  states: ServiceStates;
  resources: ResourceStore;
  events: EventRing;
  log: NodeLog;
  stage: () => MachineStage;
  signal: AbortSignal;
}

/** Loads the modules of the machine config, and publishes once a second what the agent says of the machine. */
export function watchMachine(inputs: Inputs): void {
  for (const work of [loadModules(inputs), follow(inputs)]) {
    work.catch((error: unknown) => {
      // A machine that is gone after the boot was ended is as it should be.
      if (!inputs.signal.aborted)
        inputs.log.write("controller-runtime", controllerError("runtime", (error as Error).message));
    });
  }
}

/** Talos tries every listed module, says what failed only in its log, and tries again. */
async function loadModules({ options, agent, resources, log, signal }: Inputs): Promise<void> {
  let left = options.config.modules;
  while (left.length > 0 && !signal.aborted) {
    const failed: typeof left = [];
    for (const module of left) {
      await agent.loadModule(module.name, module.parameters).catch((error: unknown) => {
        failed.push(module);
        log.write(
          "controller-runtime",
          controllerError(
            "runtime.KernelModuleSpecController",
            `error loading module "${module.name}": ${(error as Error).message}`,
          ),
        );
      });
    }
    publish.publishModules(resources, await agent.modules(), options.features);
    left = failed;
    if (left.length > 0) await options.clock.sleep(moduleRetryMs, signal);
  }
}

async function follow(inputs: Inputs): Promise<void> {
  const { options, resources, signal } = inputs;
  const announce = announcer(inputs);
  let shown = "";
  for (let turn = 0; !signal.aborted; turn += 1) {
    const found = await look(inputs);
    const status = statusOf(inputs, found);
    // A machine says the same for most of its life, and a thousand of them should cost little.
    const text = JSON.stringify([found, status]);
    if (text !== shown) {
      publishAll(inputs, found);
      announce(status);
    }
    shown = text;
    // Real nodes measure every 30 s; any figure does, its time is what is read.
    if (turn % 30 === 0) publish.publishMemory(resources, 1024 + (turn % 512));
    await options.clock.sleep(pollMs, signal);
  }
}

type Found = Awaited<ReturnType<typeof look>>;

/** What the machine is like now. */
async function look({ agent, states }: Inputs) {
  return {
    network: await agent.network(),
    timeSynced: await agent.timeSynced(),
    kubernetesReady: states.state("kubelet") === "Running" ? await agent.kubernetesReady() : null,
    modules: await agent.modules(),
    facts: (await agent.facts?.()) ?? [],
    links: await agent.links(),
    ipv6: await agent.kernelParameter(ipv6Forwarding),
  };
}

function statusOf({ options, states, stage }: Inputs, found: Found): MachineStatus {
  const { network, timeSynced, kubernetesReady } = found;
  return machineStatus({
    stage: stage(),
    controlPlane: options.config.controlPlane,
    states,
    network,
    timeSynced,
    kubernetes: kubernetesReady === null ? undefined : { nodename: options.name, ready: kubernetesReady },
    nodename: options.name,
  });
}

function publishAll({ options, image, resources }: Inputs, found: Found): void {
  publish.publishNetwork(resources, found.network);
  publish.publishTime(resources, found.timeSynced);
  if (found.kubernetesReady !== null)
    publish.publishKubernetes(resources, options.name, {
      ready: found.kubernetesReady,
      labels: labelsOf(options, image),
    });
  publish.publishModules(resources, found.modules, options.features);
  for (const fact of found.facts) publish.publishFact(resources, fact);
  publish.publishLinks(resources, found.links);
  publish.publishKernelParameter(resources, `proc.sys.${ipv6Forwarding}`, found.ipv6);
}

/** Publishes the machine's status, and says it as an event when it is another one. */
function announcer({ resources, events }: Inputs): (status: MachineStatus) => void {
  let shown = "";
  return (status) => {
    publish.publishMachineStatus(resources, status);
    const text = JSON.stringify(status);
    if (text === shown) return;
    shown = text;
    events.publish("machine.MachineStatusEvent", {
      stage: machineStages.indexOf(status.stage),
      status: status.status,
    });
  };
}

/** Talos labels its Kubernetes node with every extension whose version is a valid label value. */
function labelsOf({ config }: NodeOptions, image: NodeImage): Record<string, string> {
  const extensions = image.extensions.filter(({ version }) =>
    /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(version),
  );
  return {
    ...config.labels,
    ...Object.fromEntries(extensions.map(({ name, version }) => [`extensions.talos.dev/${name}`, version])),
  };
}
