import { decode, eventTypeName } from "../talos/api/codec.ts";
import { machineStage, serviceActions } from "../talos/api/enums.ts";
import type {
  EventMessage,
  MachineStatusEvent,
  SequenceEvent,
  ServiceStateEvent,
} from "../talos/api/types.ts";
import { xidTime } from "../talos/api/xid.ts";

/** Something that changed on a node while it was followed. */
export interface Transition {
  node: string;
  /** Milliseconds since the epoch, by the node's clock and to the second; null where the node did not say. */
  at: number | null;
  kind: "boot" | "stage" | "service" | "contact";
  /** The service, where it is one. */
  service?: string;
  state: string;
  text: string;
}

const told = new Set(["Waiting", "Running", "Failed", "Finished", "Stopping"]);
const followed = (service: string): boolean =>
  service.startsWith("ext-") || ["cri", "etcd", "kubelet"].includes(service);

/** Whether a service's coming into a state is told. */
export const isTold = (service: string, state: string): boolean => followed(service) && told.has(state);

/** Turns the events of one node into what changed: every state of a service that matters, every stage once. */
export function transitionReader(node: string): (event: EventMessage) => Transition | undefined {
  let stage = "";
  return ({ data, id }) => {
    const at = xidTime(id) ?? null;
    switch (data === undefined ? undefined : eventTypeName(data.typeUrl)) {
      case "machine.ServiceStateEvent":
        return serviceTransition(
          { node, at },
          decode<ServiceStateEvent>("machine.ServiceStateEvent", valueOf(data)),
        );
      case "machine.MachineStatusEvent": {
        const next = machineStage(
          decode<MachineStatusEvent>("machine.MachineStatusEvent", valueOf(data)).stage,
        );
        if (next === stage) return undefined;
        stage = next;
        return { node, at, kind: "stage", state: next, text: `stage ${next}` };
      }
      case "machine.SequenceEvent":
        return sequenceTransition(
          { node, at },
          decode<SequenceEvent>("machine.SequenceEvent", valueOf(data)),
        );
      default:
        return undefined;
    }
  };
}

const valueOf = (data: EventMessage["data"]): Uint8Array => data?.value ?? new Uint8Array();

type Where = Pick<Transition, "node" | "at">;

function serviceTransition(
  where: Where,
  { service, action, message }: ServiceStateEvent,
): Transition | undefined {
  const state = serviceActions[action] ?? "";
  if (!isTold(service, state)) return undefined;
  const text = state === "Running" ? `${service} runs` : `${service}: ${message}`;
  return { ...where, kind: "service", service, state, text };
}

/** Only a failure is news: what goes well shows in the stage. */
function sequenceTransition(where: Where, { sequence, error }: SequenceEvent): Transition | undefined {
  if (!error) return undefined;
  return { ...where, kind: "boot", state: "failed", text: `${sequence} failed: ${error.message}` };
}
