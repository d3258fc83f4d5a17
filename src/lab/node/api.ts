import { status } from "@grpc/grpc-js";
import { WatchEventType } from "../../talos/api/enums.ts";
import type { CallContext, TalosHandlers } from "../../talos/api/server.ts";
import { statusError } from "../../talos/api/status-error.ts";
import type {
  EventMessage,
  EventsRequest,
  LogsRequest,
  Resource,
  ResourceRequest,
  WatchRequest,
} from "../../talos/api/types.ts";
import type { Boot } from "./boot.ts";
import { definitionType, isKnownType, resourceDefinitions } from "./definitions.ts";
import type { TalosNodeMachine } from "./node.ts";
import { queue } from "./queue.ts";
import { timestamp } from "./resources.ts";

/** Serves nodes over the Talos API. `own` answers calls without a node; a control plane forwards to any of `others` by address or name. */
export function nodeHandlers(
  own: TalosNodeMachine,
  others: () => readonly TalosNodeMachine[] = () => [],
): TalosHandlers {
  const target = (call: CallContext): TalosNodeMachine => targetOf(own, others(), call);
  const boot = (call: CallContext): Boot => running(target(call));
  return {
    version: (call) => versionOf(target(call)),
    serviceList: (call) => ({ messages: [{ services: servicesOf(boot(call)) }] }),
    get: (request, call) => ({ resource: getResource(boot(call), request) }),
    list: (request, call) => listResources(boot(call), request),
    watch: (request, call) => watchResources(boot(call), request, call.signal),
    events: (request, call) => events(boot(call), request, call.signal),
    dmesg: (request, call) => dmesg(boot(call), request, call.signal),
    logs: (request, call) => log(boot(call), request, call.signal),
  };
}

function targetOf(
  own: TalosNodeMachine,
  others: readonly TalosNodeMachine[],
  { node }: CallContext,
): TalosNodeMachine {
  if (node === undefined || node === own.options.address || node === own.options.name) return own;
  if (!own.options.config.controlPlane) throw statusError(status.PERMISSION_DENIED, "no request forwarding");
  const found = others.find(({ options }) => options.address === node || options.name === node);
  if (!found) throw statusError(status.UNAVAILABLE, `no route to node ${node}`);
  return found;
}

function running(node: TalosNodeMachine): Boot {
  const boot = node.boot();
  if (!boot) throw statusError(status.UNAVAILABLE, "the machine is rebooting");
  return boot;
}

function versionOf(node: TalosNodeMachine): object {
  const { image } = running(node);
  const { arch, mode } = node.options;
  return {
    messages: [
      { version: { tag: image.talosVersion, os: "linux", arch }, platform: { name: "metal", mode } },
    ],
  };
}

function servicesOf({ states }: Boot): object[] {
  return states.ids().map((id) => ({
    id,
    state: states.state(id) ?? "",
    events: {
      events: states
        .history(id)
        .map(({ message, state, at }) => ({ msg: message, state, ts: timestamp(at) })),
    },
    health: healthOf(id, states.state(id) === "Running"),
  }));
}

const healthOf = (id: string, up: boolean): object =>
  id.startsWith("ext-") ? { unknown: true, healthy: false } : { unknown: !up, healthy: up };

function refuseUnknown({ type }: ResourceRequest): void {
  if (!isKnownType(type))
    throw statusError(status.PERMISSION_DENIED, `resource type "${type}" is not supported`);
}

function getResource({ resources }: Boot, request: ResourceRequest): Resource {
  refuseUnknown(request);
  const found = resources.get({ ...request, id: request.id ?? "" });
  if (!found)
    throw statusError(
      status.NOT_FOUND,
      `resource ${request.type}(${request.namespace}/${request.id}@undefined) doesn't exist`,
    );
  return found;
}

const listed = ({ resources }: Boot, { namespace, type }: ResourceRequest): Resource[] =>
  type === definitionType ? resourceDefinitions() : resources.list(namespace, type);

async function* listResources(boot: Boot, request: ResourceRequest): AsyncGenerator<object> {
  refuseUnknown(request);
  for (const resource of await Promise.resolve(listed(boot, request))) yield { resource };
}

async function* watchResources(
  boot: Boot,
  request: WatchRequest,
  signal: AbortSignal,
): AsyncGenerator<object> {
  refuseUnknown(request);
  const changes = queue<object>();
  const stop = boot.resources.watch(request.namespace, request.type, (change) => {
    if (request.id === undefined || change.resource.metadata?.id === request.id)
      changes.push({ event: [change] });
  });
  try {
    // The first message is empty: the watch is ready.
    yield { event: [] };
    for (const event of firstEvents(boot, request)) yield { event: [event] };
    yield* changes.drain(signal);
  } finally {
    stop();
  }
}

function firstEvents(boot: Boot, request: WatchRequest): object[] {
  if (request.id !== undefined) {
    const resource = boot.resources.get({ ...request, id: request.id });
    const { namespace, type, id } = request;
    return resource
      ? [{ eventType: WatchEventType.created, resource }]
      : [
          {
            eventType: WatchEventType.destroyed,
            resource: { metadata: { namespace, type, id, version: "undefined", phase: "tearingDown" } },
          },
        ];
  }
  if (!request.options?.bootstrapContents) return [];
  const contents = listed(boot, request).map((resource) => ({ eventType: WatchEventType.created, resource }));
  return request.apiVersion >= 1 ? [...contents, { eventType: WatchEventType.bootstrapped }] : contents;
}

async function* events(boot: Boot, request: EventsRequest, signal: AbortSignal): AsyncGenerator<object> {
  const coming = queue<EventMessage>();
  const stop = boot.events.listen((event) => coming.push(event));
  try {
    yield {};
    yield* request.tailId
      ? (boot.events.after(request.tailId) ?? [])
      : boot.events.tail(request.tailEvents ?? 0);
    yield* coming.drain(signal);
  } finally {
    stop();
  }
}

/** The kernel's ring holds its own lines and those of machined, which writes to the console. */
async function* dmesg(
  boot: Boot,
  { follow = false }: { follow?: boolean },
  signal: AbortSignal,
): AsyncGenerator<object> {
  yield* log(boot, { id: "kernel" }, signal);
  yield* log(boot, { id: "machined", follow }, signal);
}

async function* log(
  boot: Boot,
  request: Pick<LogsRequest, "id" | "follow" | "tailLines">,
  signal: AbortSignal,
): AsyncGenerator<object> {
  const coming = queue<string>();
  const stop = boot.log.listen(request.id, (line) => coming.push(line));
  try {
    const lines = boot.log.lines(request.id);
    const wanted =
      request.tailLines !== undefined && request.tailLines > 0 ? lines.slice(-request.tailLines) : lines;
    if (wanted.length > 0) yield { bytes: Buffer.from(`${wanted.join("\n")}\n`) };
    if (!request.follow) return;
    for await (const line of coming.drain(signal)) yield { bytes: Buffer.from(`${line}\n`) };
  } finally {
    stop();
  }
}
