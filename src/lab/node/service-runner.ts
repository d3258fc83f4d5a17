import type { ServiceSpec } from "../../talos/service-spec.ts";
import { type Agent, type ServiceConfig, StartFailure, type Task } from "./agent.ts";
import type { Clock } from "./clock.ts";
import { type Condition, pendingOf } from "./conditions.ts";
import type { ServiceStates } from "./service-state.ts";

const pollMs = 1000;
const restartMs = 5000;

export interface RunnerInputs {
  /** Service id as Talos lists it (`ext-tailscale`). */
  id: string;
  spec: ServiceSpec;
  conditions: Condition[];
  config: () => ServiceConfig | undefined;
  states: ServiceStates;
  agent: Agent;
  clock: Clock;
  signal: AbortSignal;
  /** Resolves once what has to happen before the first start has happened. */
  prepared?: () => Promise<boolean>;
}

/**
 * Lives the life of one service until it is finished, failed or stopped: waiting, preparing, running, and again as its
 * restart policy says. States and texts are those a Talos client sees.
 */
export async function runService(inputs: RunnerInputs): Promise<void> {
  const { id, states, signal } = inputs;
  states.set(id, "Starting", "Starting service");
  await waitFor(inputs);
  if (signal.aborted) return;
  states.set(id, "Preparing", "Running pre state");
  while (inputs.prepared && !(await inputs.prepared())) {
    await inputs.clock.sleep(pollMs, signal);
    if (signal.aborted) return;
  }
  states.set(id, "Preparing", "Creating service runner");
  while (!signal.aborted && (await runOnce(inputs)) === "again") await inputs.clock.sleep(restartMs, signal);
}

async function waitFor({ id, conditions, states, clock, signal }: RunnerInputs): Promise<void> {
  let shown = "";
  for (;;) {
    const pending = await pendingOf(conditions);
    if (pending.length === 0 || signal.aborted) return;
    const message = `Waiting for ${pending.join(", ")}`;
    if (message !== shown) states.set(id, "Waiting", message);
    shown = message;
    await clock.sleep(pollMs, signal);
  }
}

/** One start of the process. "again" when the restart policy asks for another. */
async function runOnce(inputs: RunnerInputs): Promise<"again" | "ended"> {
  const { id, spec, states, agent, signal } = inputs;
  let task: Task;
  try {
    task = await agent.start(spec, inputs.config());
  } catch (error) {
    return startFailed(inputs, error);
  }
  states.set(id, "Running", `Started task ${id} (PID ${task.pid}) for container ${id}`);
  const exit = await Promise.race([task.exited, aborted(signal)]);
  if (exit === undefined) {
    task.stop();
    return "ended";
  }
  if (exit.code === 0) return exitedWell(inputs);
  return exitedBadly(
    inputs,
    `task "${id}" failed: exit code ${exit.code}${exit.lastLog ? ` (last log "${exit.lastLog}")` : ""}`,
  );
}

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

function startFailed(inputs: RunnerInputs, error: unknown): "again" | "ended" {
  const text = error instanceof Error ? error.message : String(error);
  const stage = error instanceof StartFailure ? error.stage : "task";
  if (stage === "task") return exitedBadly(inputs, text);
  const prefix = {
    pre: "Failed to run pre stage",
    runner: "Failed to create runner",
    open: "Failed running service: error opening runner",
  }[stage];
  inputs.states.set(inputs.id, "Failed", `${prefix}: ${text}`);
  return "ended";
}

function exitedWell({ id, spec, states }: RunnerInputs): "again" | "ended" {
  if (spec.restart === "always") {
    states.set(id, "Waiting", `Runner Containerd(${id}) exited without error, going to restart it`);
    return "again";
  }
  states.set(id, "Finished", "Service finished successfully");
  return "ended";
}

function exitedBadly({ id, spec, states }: RunnerInputs, text: string): "again" | "ended" {
  switch (spec.restart) {
    case "always":
      states.set(id, "Waiting", `Error running Containerd(${id}), going to restart forever: ${text}`);
      return "again";
    case "untilSuccess":
      states.set(
        id,
        "Waiting",
        `Error running Containerd(${id}), going to restart until it succeeds: ${text}`,
      );
      return "again";
    case "never":
      states.set(id, "Failed", `Failed running service: error running service: ${text}`);
      return "ended";
  }
}
