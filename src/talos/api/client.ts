import { status } from "@grpc/grpc-js";
import { type CallOptions, connect, type Connection } from "./connection.ts";
import { type Method, methods } from "./methods.ts";
import { detailsOf, isUnsupportedType } from "./node-error.ts";
import { paceOf } from "./pace.ts";
import { type NodeCalls, overRoutes, overRoutesStream, routesTo } from "./routes.ts";
import type { TalosContext } from "./talosconfig.ts";
import { trust } from "./trust.ts";
import type * as T from "./types.ts";

type Signal = { signal?: AbortSignal | undefined };

/** What can be read from one node. Every method throws NODE_UNREACHABLE, NODE_DENIED or NODE_FAILED. */
export interface TalosNode {
  readonly address: string;
  version(options?: Signal): Promise<T.VersionResponse>;
  services(options?: Signal): Promise<T.ServiceInfo[]>;
  /** undefined when the node has no such resource. */
  get(request: T.ResourceRequest, options?: Signal): Promise<T.Resource | undefined>;
  /** Empty also where this Talos does not know the type. */
  list(request: T.ResourceRequest, options?: Signal): Promise<T.Resource[]>;
  watch(request: Omit<T.WatchRequest, "apiVersion">, options?: CallOptions): AsyncGenerator<T.WatchEvent>;
  events(request: T.EventsRequest, options?: CallOptions): AsyncGenerator<T.EventMessage>;
  dmesg(options?: CallOptions): AsyncGenerator<T.Data>;
  logs(request: T.LogsRequest, options?: CallOptions): AsyncGenerator<T.Data>;
}

export interface TalosClient {
  node(address: string): TalosNode;
  /** Closes the connection to a node that has been asked everything; it is opened again when it is needed again. */
  release(address: string): void;
  close(): void;
}

interface ClientOptions {
  context: TalosContext;
  /** Per call, milliseconds; where all nodes are slow, it becomes up to four times as much. */
  timeoutMs?: number;
}

/**
 * A client for the nodes of one context. A node is dialled directly when it is itself an endpoint; otherwise through the
 * endpoints in turn (only control planes forward), and directly when none of them can.
 */
export function talosClient({ context, timeoutMs = 10_000 }: ClientOptions): TalosClient {
  const connections = new Map<string, Connection>();
  const open = (endpoint: string): Connection => {
    const known = connections.get(endpoint) ?? connect(endpoint, context);
    connections.set(endpoint, known);
    return known;
  };
  const ways = { open, pace: paceOf(timeoutMs), trust: trust() };
  return {
    node: (address) => nodeOf({ ...ways, address, routes: routesTo(address, context) }),
    release: (address) => {
      const [own] = routesTo(address, context).slice(-1);
      const connection = own && connections.get(own.endpoint);
      // A control plane forwards to others meanwhile.
      if (!connection || connection.active() > 0) return;
      connection.close();
      connections.delete(connection.endpoint);
    },
    close: () => {
      for (const connection of connections.values()) connection.close();
      connections.clear();
    },
  };
}

function nodeOf(calls: NodeCalls): TalosNode {
  const stream = <Q extends object, R>(method: Method<Q, R>, request: Q, options: CallOptions = {}) =>
    overRoutesStream(calls, method, request, options);
  const unary = <Q extends object, R>(method: Method<Q, R>, request: Q, options: Signal = {}) =>
    overRoutes(calls, options.signal, (connection, own) => connection.unary(method, request, own));
  return {
    address: calls.address,
    version: (options) => unary(methods.version, {}, options),
    services: async (options) =>
      (await unary(methods.serviceList, {}, options)).messages.flatMap((message) => message.services),
    get: async (request, options) => (await unary(methods.get, request, options).catch(absent))?.resource,
    list: (request, options = {}) => listOf(calls, request, options),
    async *watch(request, options) {
      for await (const message of stream(methods.watch, { ...request, apiVersion: 1 }, options))
        yield* message.event;
    },
    events: (request, options) => stream(methods.events, request, options),
    dmesg: (options) =>
      stream(methods.dmesg, { follow: false }, { timeoutMs: calls.pace.patience(), ...options }),
    logs: (request, options) =>
      stream(methods.logs, request, { timeoutMs: calls.pace.patience(), ...options }),
  };
}

async function listOf(
  calls: NodeCalls,
  request: T.ResourceRequest,
  { signal }: Signal,
): Promise<T.Resource[]> {
  try {
    const messages = await overRoutes(calls, signal, (connection, options) =>
      connection.collect(methods.list, request, options),
    );
    return messages.flatMap(({ resource }) => resource ?? []);
  } catch (error) {
    if (isUnsupportedType(error)) return [];
    throw error;
  }
}

function absent(error: unknown): undefined {
  if (detailsOf(error).code === status.NOT_FOUND || isUnsupportedType(error)) return undefined;
  throw error;
}
