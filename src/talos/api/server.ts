import * as grpc from "@grpc/grpc-js";
import type { Identity } from "../../formats/certificates.ts";
import { admission } from "./admission.ts";
import { type Method, methods, mutatingMethods } from "./methods.ts";
import type { StatusError } from "./status-error.ts";
import type * as T from "./types.ts";

/** What a server needs to know of one call. */
export interface CallContext {
  /** The node a control plane is asked to forward to; undefined means the node itself. */
  node: string | undefined;
  /** Aborted when the caller goes away. */
  signal: AbortSignal;
}

type Answer<T> = Promise<T> | T;

/** The node behind an API server. Every method only reads. */
export interface TalosHandlers {
  version(call: CallContext): Answer<object>;
  serviceList(call: CallContext): Answer<object>;
  get(request: T.ResourceRequest, call: CallContext): Answer<object>;
  list(request: T.ResourceRequest, call: CallContext): AsyncIterable<object>;
  watch(request: T.WatchRequest, call: CallContext): AsyncIterable<object>;
  events(request: T.EventsRequest, call: CallContext): AsyncIterable<object>;
  dmesg(request: { follow?: boolean }, call: CallContext): AsyncIterable<object>;
  logs(request: T.LogsRequest, call: CallContext): AsyncIterable<object>;
}

export interface TalosServer {
  port: number;
  /** Paths of the calls that would have changed the node. They were refused. */
  mutations: string[];
  close(): Promise<void>;
}

interface ServerOptions {
  handlers: TalosHandlers;
  identity: Identity;
  /** PEM of the authority whose client certificates are accepted. */
  ca: string;
  host?: string;
  port?: number;
}

/** Serves the Talos API over mutual TLS, as apid does: a client certificate of the cluster's authority is required. */
export async function startTalosServer({
  handlers,
  identity,
  ca,
  host = "127.0.0.1",
  port = 0,
}: ServerOptions): Promise<TalosServer> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 32 * 1024 * 1024 });
  const mutations: string[] = [];
  for (const [path, handle] of refusals(mutations))
    server.register(path, handle, identityBytes, identityBytes, "unary");
  registerReads({ server, admit: admission() }, handlers);
  const credentials = grpc.ServerCredentials.createSsl(
    Buffer.from(ca),
    [{ cert_chain: Buffer.from(identity.certificate), private_key: Buffer.from(identity.key) }],
    true,
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return {
    port: bound,
    mutations,
    close: async () => {
      server.forceShutdown();
      await Promise.resolve();
    },
  };
}

const identityBytes = (bytes: Buffer): Buffer => bytes;

function refusals(mutations: string[]): [string, grpc.handleUnaryCall<Buffer, Buffer>][] {
  return mutatingMethods.map((path) => [
    path,
    (_call, callback) => {
      mutations.push(path);
      callback({ code: grpc.status.PERMISSION_DENIED, details: `${path}: this node may only be read` });
    },
  ]);
}

interface Serving {
  server: grpc.Server;
  admit: ReturnType<typeof admission>;
}

function registerReads(serving: Serving, handlers: TalosHandlers): void {
  unary(serving, methods.version, (_request, call) => handlers.version(call));
  unary(serving, methods.serviceList, (_request, call) => handlers.serviceList(call));
  unary(serving, methods.get, (request, call) => handlers.get(request, call));
  streaming(serving, methods.list, (request, call) => handlers.list(request, call));
  streaming(serving, methods.watch, (request, call) => handlers.watch(request, call));
  streaming(serving, methods.events, (request, call) => handlers.events(request, call));
  streaming(serving, methods.dmesg, (request, call) => handlers.dmesg(request, call));
  streaming(serving, methods.logs, (request, call) => handlers.logs(request, call));
}

const asStatus = (error: unknown): StatusError => {
  const { code, details, message } = error as Partial<StatusError> & { message?: string };
  return {
    code: typeof code === "number" ? code : grpc.status.INTERNAL,
    details: details ?? message ?? "unknown",
  };
};

const gone = new Error("the caller has gone away");

function contextOf(
  call: grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerWritableStream<unknown, unknown>,
): CallContext {
  // Most calls never look whether the caller is still there; for them there is no signal.
  let controller: AbortController | undefined;
  call.on("cancelled", () => controller?.abort(gone));
  const node = call.metadata.get("node")[0];
  return {
    node: node === undefined ? undefined : String(node),
    get signal() {
      controller ??= new AbortController();
      if (call.cancelled) controller.abort(gone);
      return controller.signal;
    },
  };
}

function unary<Q extends object, R>(
  { server, admit }: Serving,
  method: Method<Q, R>,
  handle: (request: Q, call: CallContext) => Answer<object>,
): void {
  const handler: grpc.handleUnaryCall<Q, object> = (call, callback) => {
    void (async () => {
      try {
        admit(call);
        callback(null, await handle(call.request, contextOf(call)));
      } catch (error) {
        callback(asStatus(error));
      }
    })();
  };
  server.register(method.path, handler, method.encodeResponse, method.decodeRequest, "unary");
}

function streaming<Q extends object, R>(
  { server, admit }: Serving,
  method: Method<Q, R>,
  handle: (request: Q, call: CallContext) => AsyncIterable<object>,
): void {
  const handler: grpc.handleServerStreamingCall<Q, object> = (call) => {
    void (async () => {
      const context = contextOf(call);
      try {
        admit(call);
        for await (const message of handle(call.request, context)) await write(call, message, context);
        call.end();
      } catch (error) {
        call.emit("error", asStatus(error));
      }
    })();
  };
  server.register(method.path, handler, method.encodeResponse, method.decodeRequest, "serverStream");
}

function write(
  call: grpc.ServerWritableStream<unknown, object>,
  message: object,
  context: CallContext,
): Promise<void> {
  if (call.cancelled || call.write(message)) return Promise.resolve();
  const { signal } = context;
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener("abort", done);
      call.off("drain", done);
      resolve();
    };
    call.once("drain", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
