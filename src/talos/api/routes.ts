import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import type { CallOptions, Connection } from "./connection.ts";
import type { Method } from "./methods.ts";
import { asNodeError, detailsOf, isBroken, mayTryNext } from "./node-error.ts";
import type { Pace } from "./pace.ts";
import { race } from "./race.ts";
import { endpointAddress, type TalosContext } from "./talosconfig.ts";
import type { Trust } from "./trust.ts";

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
  open: (endpoint: string) => Connection;
  pace: Pace;
  /** Shared by the nodes of a context. */
  trust: Trust;
}

/** Every way once, and one that broke under the call a second time. */
async function* attempts(
  routes: readonly Route[],
  lastError: () => unknown,
  signal: AbortSignal | undefined,
): AsyncGenerator<Route> {
  for (const route of routes) {
    yield route;
    if (!isBroken(lastError())) continue;
    await sleep(retryMs, undefined, { signal }).catch(() => {});
    if (signal?.aborted) return;
    yield route;
  }
}

const retryMs = 250;

/** Ways to a node, those first that have led somewhere. */
function routesOf({ routes, proven, trust }: NodeCalls): Route[] {
  const rank = (route: Route): number => (route === proven ? -1 : trust.rank(route.endpoint));
  return [...routes].sort((a, b) => compare(rank(a), rank(b)));
}

/** Infinity less itself is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** A node that has answered by this way and then says nothing is what is wrong, not the way. */
const isSilence = ({ proven }: NodeCalls, route: Route, error: unknown): boolean =>
  route === proven && detailsOf(error).code === status.DEADLINE_EXCEEDED;

type Ask<R> = (connection: Connection, options: CallOptions) => Promise<R>;

/** What is left of the time that a question has, over all its ways. */
type Left = () => number;

function countdown(timeoutMs: number): Left {
  const end = performance.now() + timeoutMs;
  return () => end - performance.now();
}

/** No way is asked for less. */
const leastMs = 10;

/** Asks by each way until one answers. All of them together have the time that one question may take. */
export async function overRoutes<R>(
  calls: NodeCalls,
  signal: AbortSignal | undefined,
  ask: Ask<R>,
): Promise<R> {
  const { address, pace, trust } = calls;
  const timeoutMs = pace.patience();
  const left = countdown(timeoutMs);
  const routes = routesOf(calls);
  const aloneMs = pace.doubt(routes.length);
  try {
    const { way, answer } = await race<Route, R>({
      ways: routes,
      ask: (route, own) => askBy(calls, route, { ask, left, signal: own }),
      // There is no doubt of a way that is proven.
      aloneMs: (route) => (route === calls.proven ? undefined : aloneMs),
      goesOn: (route, error) => {
        if (signal?.aborted || !mayTryNext(error) || isSilence(calls, route, error)) return false;
        trust.lost(route.endpoint);
        return true;
      },
      mayStart: () => left() > leastMs,
      signal,
    });
    calls.proven = way;
    trust.gained(way.endpoint);
    for (const { endpoint } of routes.slice(0, routes.indexOf(way))) trust.overtaken(endpoint);
    return answer;
  } catch (error) {
    throw asNodeError(error, { address, timeoutMs });
  }
}

/** Asks by one way, and once more where it breaks under the call. */
async function askBy<R>(
  { address, open, pace }: NodeCalls,
  route: Route,
  { ask, left, signal }: { ask: Ask<R>; left: Left; signal: AbortSignal },
): Promise<R> {
  const node = route.forward ? address : undefined;
  let last: unknown;
  for await (const { endpoint } of attempts([route], () => last, signal)) {
    if (last !== undefined && left() <= leastMs) break;
    const started = performance.now();
    try {
      const answer = await ask(open(endpoint), { node, signal, timeoutMs: Math.max(left(), leastMs) });
      pace.took(performance.now() - started);
      return answer;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** As `overRoutes`, but one way after the other: that a stream is silent says nothing of its way. */
export async function* overRoutesStream<Q extends object, R>(
  calls: NodeCalls,
  method: Method<Q, R>,
  request: Q,
  options: CallOptions,
): AsyncGenerator<R> {
  const { signal, timeoutMs } = options;
  const left = timeoutMs === undefined ? undefined : countdown(timeoutMs);
  let last: unknown;
  for await (const route of attempts(routesOf(calls), () => last, signal)) {
    const own = { node: route.forward ? calls.address : undefined, signal, timeoutMs: left?.() };
    let begun = false;
    try {
      for await (const message of calls.open(route.endpoint).stream(method, request, own)) {
        begun = true;
        calls.proven = route;
        calls.trust.gained(route.endpoint);
        yield message;
      }
      return;
    } catch (error) {
      last = error;
      // What was already yielded must not come twice.
      if (begun || !mayTryNext(error) || signal?.aborted || (left?.() ?? Infinity) <= leastMs) break;
    }
  }
  throw asNodeError(last, { address: calls.address, timeoutMs: timeoutMs ?? calls.pace.patience() });
}
