import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Fault, type FaultInjector, inflict } from "./faults.ts";
import { type Gate, openGate } from "./gate.ts";
import { refusal, type Reply } from "./reply.ts";
import { repositoryIn } from "./repository.ts";
import { dispatch } from "./route.ts";
import { memoryStore, type RegistryStore } from "./store.ts";

export interface RegistryOptions {
  /** Default: memory. */
  store?: RegistryStore;
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Who may come in; default everyone. */
  gate?: Gate;
  /** For tests: what goes wrong with which request. */
  faults?: FaultInjector;
}

export interface RunningRegistry {
  /** `127.0.0.1:PORT`, as a reference names it. */
  host: string;
  /** `http://127.0.0.1:PORT`, as `--mirror` takes it. */
  url: string;
  store: RegistryStore;
  /** `METHOD /path` of every request so far. */
  requests: string[];
  close(): Promise<void>;
}

/** Starts an OCI registry in this process: the distribution specification 1.1 with pull, push, mount, referrers and tags. */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const { store = memoryStore(), port = 0, host = "127.0.0.1", gate = openGate, faults } = options;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faults?.({ method: request.method ?? "", path: request.url ?? "", count: requests.length });
    serve(request, response, { store, gate, fault }).catch(() => response.destroy());
  });
  // A registry must take blobs that come slowly.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  const address = `${host}:${(server.address() as AddressInfo).port}`;
  return {
    host: address,
    url: `http://${address}`,
    store,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Surroundings {
  store: RegistryStore;
  gate: Gate;
  fault: Fault | undefined;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { store, gate, fault }: Surroundings,
): Promise<void> {
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`);
  const method = request.method ?? "GET";
  const headers = request.headers as Record<string, string | undefined>;
  const call = { method, url, headers, body: request, store };
  const replyTo = async (): Promise<Reply> =>
    (await gate(call)) ?? (await dispatch(call, (name) => repositoryIn(store, name)));
  const reply = fault?.reply ?? (await replyTo().catch(() => refusal(500, "UNKNOWN", "the registry failed")));
  // What the client still sends must be taken, or it may never read the answer.
  request.resume();
  await inflict(fault, response, () => write(response, method, reply));
}

async function write(
  response: ServerResponse,
  method: string,
  { status, headers = {}, body }: Reply,
): Promise<void> {
  const length = status === 204 ? {} : { "content-length": String(body?.size ?? 0) };
  response.writeHead(status, { ...length, ...headers });
  if (method === "HEAD" || !body || body.size === 0) response.end();
  else await pipeline(Readable.from(body.stream(), { objectMode: false }), response);
}
