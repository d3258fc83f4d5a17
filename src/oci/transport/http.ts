import { Readable } from "node:stream";
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as undiciRequest } from "undici";
import { isLoopback } from "./loopback.ts";
import { proxiesOf } from "./proxies.ts";
import type { OciRequest, OciResponse, Send } from "./send.ts";

export interface HttpOptions {
  /** Hosts (`name[:port]`) whose TLS certificate is not checked. */
  insecure: readonly string[];
  /** Longest silence of a server before it counts as gone, milliseconds. */
  timeout: number;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
  env: NodeJS.ProcessEnv;
}

export interface HttpTransport {
  send: Send;
  close(): Promise<void>;
}

/** The innermost sender: one request over the network, no redirect followed, proxies of the environment honoured except for loopback. */
export function httpTransport({ insecure, timeout, env }: HttpOptions): HttpTransport {
  const trusted = agents({ timeout, env, rejectUnauthorized: true });
  const untrusted = agents({ timeout, env, rejectUnauthorized: false });
  const agentFor = ({ hostname, host }: URL): Dispatcher => {
    const { direct, proxied } = insecure.includes(host) ? untrusted : trusted;
    return isLoopback(hostname) ? direct : proxied;
  };
  return {
    send: (request) => sendOnce(request, agentFor(request.url)),
    async close() {
      const all = [trusted, untrusted].flatMap(({ direct, proxied }) => [direct, proxied]);
      await Promise.all(all.map((agent) => agent.destroy()));
    },
  };
}

interface AgentOptions extends Pick<HttpOptions, "timeout" | "env"> {
  rejectUnauthorized: boolean;
}

function agents({
  timeout,
  env,
  rejectUnauthorized,
}: AgentOptions): Record<"direct" | "proxied", Dispatcher> {
  const connect = { timeout, rejectUnauthorized };
  const limits = { headersTimeout: timeout, bodyTimeout: timeout, connect };
  return {
    direct: new Agent(limits),
    proxied: new EnvHttpProxyAgent({ ...limits, requestTls: connect, ...proxiesOf(env) }),
  };
}

async function sendOnce(
  { method, url, headers = {}, body }: OciRequest,
  dispatcher: Dispatcher,
): Promise<OciResponse> {
  const response = await undiciRequest(url, {
    method,
    dispatcher,
    headers: { "user-agent": "talos-roles", ...headers, ...lengthOf(body) },
    ...(body && body.size > 0 ? { body: Readable.from(body.stream(), { objectMode: false }) } : {}),
  });
  return {
    status: response.statusCode,
    headers: flat(response.headers),
    body: response.body as AsyncIterable<Uint8Array>,
    url,
    async discard() {
      // A short body is read so that the connection can serve again; `dump` hangs up on a long one.
      await response.body.dump({ limit: 1 << 16 }).catch(() => {});
    },
  };
}

const lengthOf = (body: OciRequest["body"]): Record<string, string> =>
  body ? { "content-length": String(body.size) } : {};

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
