import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext, type SecureContext } from "node:tls";
import * as grpc from "@grpc/grpc-js";
import type { Method } from "./methods.ts";
import { endpointAddress, type TalosContext } from "./talosconfig.ts";

const maxMessageBytes = 32 * 1024 * 1024;

/** One gRPC channel to one apid. `node` is put in the metadata when the endpoint is to forward to another node. */
export interface Connection {
  endpoint: string;
  unary<Request extends object, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
  ): Promise<Response>;
  /** Every message of a stream that ends by itself. */
  collect<Request extends object, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
  ): Promise<Response[]>;
  stream<Request extends object, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
  ): AsyncGenerator<Response>;
  /** Calls that are going on. */
  active(): number;
  close(): void;
}

export interface CallOptions {
  node?: string | undefined;
  /** Milliseconds until the call is given up; a stream without one lasts until `signal`. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Opens (lazily) a channel over mutual TLS with the context's certificate. */
export function connect(endpoint: string, context: TalosContext): Connection {
  const { host, port } = endpointAddress(endpoint);
  const target = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const client = new grpc.Client(
    target,
    grpc.credentials.createFromSecureContext(secureContextOf(context), {
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
    }),
    {
      "grpc.max_receive_message_length": maxMessageBytes,
      "grpc.max_send_message_length": maxMessageBytes,
      "grpc.enable_retries": 0,
      // TLS allows no address as server name (RFC 6066); the certificate is checked against the address above.
      ...(isIP(host) === 0 ? {} : { "grpc.ssl_target_name_override": "apid" }),
      // Proxies are for registries; a node is reached directly.
      "grpc.enable_http_proxy": 0,
    },
  );
  let active = 0;
  const counted = async <T>(call: Promise<T>): Promise<T> => {
    active += 1;
    try {
      return await call;
    } finally {
      active -= 1;
    }
  };
  return {
    endpoint,
    unary: (method, request, options) => counted(unary(client, { method, request, options })),
    collect: (method, request, options) => counted(collect(client, { method, request, options })),
    async *stream(method, request, options) {
      active += 1;
      try {
        yield* stream(client, { method, request, options });
      } finally {
        active -= 1;
      }
    },
    active: () => active,
    close: () => client.close(),
  };
}

const secureContexts = new WeakMap<TalosContext, SecureContext>();

/** Keys and certificates are read once for all nodes of a context. */
function secureContextOf(context: TalosContext): SecureContext {
  const known = secureContexts.get(context);
  if (known) return known;
  const { ca, certificate: cert, key } = context;
  const made = createSecureContext({ ca, cert, key });
  secureContexts.set(context, made);
  return made;
}

interface Call<Request extends object, Response> {
  method: Method<Request, Response>;
  request: Request;
  options: CallOptions;
}

function metadataOf({ node }: CallOptions): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (node !== undefined) metadata.set("node", node);
  return metadata;
}

const deadlineOf = ({ timeoutMs }: CallOptions): { deadline?: number } =>
  timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };

function unary<Request extends object, Response>(
  client: grpc.Client,
  { method, request, options }: Call<Request, Response>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      method.path,
      method.encodeRequest,
      method.decodeResponse,
      request,
      metadataOf(options),
      deadlineOf(options),
      (error, response) => (error ? reject(error) : resolve(response as Response)),
    );
    cancelOn(options.signal, call);
  });
}

function collect<Request extends object, Response>(
  client: grpc.Client,
  call: Call<Request, Response>,
): Promise<Response[]> {
  return new Promise((resolve, reject) => {
    const messages: Response[] = [];
    const reading = openStream(client, call);
    const stop = cancelOn(call.options.signal, reading);
    reading.on("data", (message: Response) => messages.push(message));
    reading.once("end", () => {
      stop();
      resolve(messages);
    });
    reading.once("error", (error) => {
      stop();
      reject(error);
    });
  });
}

const openStream = <Request extends object, Response>(
  client: grpc.Client,
  { method, request, options }: Call<Request, Response>,
): grpc.ClientReadableStream<Response> =>
  client.makeServerStreamRequest(
    method.path,
    method.encodeRequest,
    method.decodeResponse,
    request,
    metadataOf(options),
    deadlineOf(options),
  );

async function* stream<Request extends object, Response>(
  client: grpc.Client,
  one: Call<Request, Response>,
): AsyncGenerator<Response> {
  const call = openStream(client, one);
  const stop = cancelOn(one.options.signal, call);
  try {
    for await (const message of call) yield message as Response;
  } finally {
    stop();
    call.cancel();
    // Cancelling makes the stream emit an error that nobody is left to hear.
    call.on("error", () => {});
  }
}

function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): () => void {
  const cancel = () => call.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  return () => signal?.removeEventListener("abort", cancel);
}
