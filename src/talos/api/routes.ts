import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { CallOptions, Connection } from "./connection.ts";
import type { Method } from "./methods.ts";
import { asNodeError, detailsOf, isBroken, mayTryNext } from "./node-error.ts";
import type { Pace } from "./pace.ts";
import { endpointAddress, type TalosContext } from "./talosconfig.ts";

/** An endpoint, and whether it has to forward. */
interface Route {
  endpoint: string;
  forward: boolean;
}

export function routesTo(address: string, context: TalosContext): Route[] {
  const own = context.endpoints.find(
    (endpoint) => endpoint === address || endpointAddress(endpoint).host === address,
  );
  if (own !== undefined) return [{ endpoint: own, forward: false }];
  return [
    ...context.endpoints.map((endpoint) => ({ endpoint, forward: true })),
    { endpoint: address, forward: false },
  ];
}

export interface NodeCalls {
  address: string;
  /** The way by which the node has answered. */
  proven?: Route;
  routes: Route[];
  open(endpoint: string): Connection;
  pace: Pace;
  /** Endpoints that gave the last answer they were asked for: they are asked first. */
  trusted: Set<string>;
}

/** Every way once, and one that broke under the call a second time. */
async function* attempts(routes: readonly Route[], lastError: () => unknown): AsyncGenerator<Route> {
  for (const route of routes) {
    yield route;
    if (!isBroken(lastError())) continue;
    await sleep(retryMs);
    yield route;
  }
}

const retryMs = 250;

/** Ways to a node, those first that have led somewhere. */
function routesOf({ routes, proven, trusted }: NodeCalls): Route[] {
  const rank = (route: Route): number => (route === proven ? 0 : trusted.has(route.endpoint) ? 1 : 2);
  return [...routes].sort((a, b) => rank(a) - rank(b));
}

function heard(calls: NodeCalls, route: Route): void {
  calls.proven = route;
  calls.trusted.add(route.endpoint);
}

/** A node that has answered by this way and then says nothing is what is wrong, not the way. */
const isSilence = ({ proven }: NodeCalls, route: Route, error: unknown): boolean =>
  route === proven && detailsOf(error).code === status.DEADLINE_EXCEEDED;

export async function overRoutes<R>(
  calls: NodeCalls,
  signal: AbortSignal | undefined,
  ask: (connection: Connection, options: CallOptions) => Promise<R>,
): Promise<R> {
  const { address, pace } = calls;
  const timeoutMs = pace.patience();
  let last: unknown;
  for await (const route of attempts(routesOf(calls), () => last)) {
    const started = performance.now();
    try {
      const answer = await ask(calls.open(route.endpoint), {
        node: route.forward ? address : undefined,
        signal,
        timeoutMs,
      });
      heard(calls, route);
      pace.took(performance.now() - started);
      return answer;
    } catch (error) {
      last = error;
      if (signal?.aborted || !mayTryNext(error) || isSilence(calls, route, error)) break;
      calls.trusted.delete(route.endpoint);
    }
  }
  throw asNodeError(last, { address, timeoutMs });
}

export async function* overRoutesStream<Q extends object, R>(
  calls: NodeCalls,
  method: Method<Q, R>,
  request: Q,
  options: CallOptions,
): AsyncGenerator<R> {
  let last: unknown;
  for await (const route of attempts(routesOf(calls), () => last)) {
    const node = route.forward ? calls.address : undefined;
    let begun = false;
    try {
      for await (const message of calls.open(route.endpoint).stream(method, request, { ...options, node })) {
        begun = true;
        heard(calls, route);
        yield message;
      }
      return;
    } catch (error) {
      last = error;
      // What was already yielded must not come twice.
      if (begun || !mayTryNext(error) || options.signal?.aborted) break;
    }
  }
  throw asNodeError(last, { address: calls.address, timeoutMs: options.timeoutMs ?? calls.pace.patience() });
}
