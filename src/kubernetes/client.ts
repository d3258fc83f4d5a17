import { Agent, request } from "undici";
import { RolesError } from "../errors.ts";
import { withExecCredential } from "./exec-credential.ts";
import type { KubeContext } from "./kubeconfig.ts";
import type { DaemonSet, KubeList, KubeNode, Pod, RuntimeClass } from "./types.ts";

/** The few things of the Kubernetes API that we read, and the one labelled pod that `verify --run-workload` makes and removes. */
export interface KubeClient {
  nodes(): Promise<KubeNode[]>;
  runtimeClasses(): Promise<RuntimeClass[]>;
  daemonSets(): Promise<DaemonSet[]>;
  pods(namespace: string, labelSelector?: string): Promise<Pod[]>;
  createPod(pod: Pod): Promise<Pod>;
  /** The end of a pod's log, at most `tailLines` lines. */
  podLog(namespace: string, name: string, tailLines: number): Promise<string>;
  /** One that is not there is as good as deleted. */
  deletePod(namespace: string, name: string): Promise<void>;
  close(): Promise<void>;
}

interface ClientOptions {
  context: KubeContext;
  timeoutMs?: number;
}

const pageSize = 500;
const maxBodyBytes = 64 * 1024 * 1024;

/** Connects with certificates, token or exec plugin. Every method throws KUBERNETES_UNREACHABLE, KUBERNETES_DENIED or KUBERNETES_FAILED. */
export async function kubeClient({ context, timeoutMs = 10_000 }: ClientOptions): Promise<KubeClient> {
  const credential = await withExecCredential(context);
  const agent = agentFor(credential, timeoutMs);
  const call = (method: Method, path: string, body?: object, fine: number[] = []) =>
    send({ agent, context: credential, timeoutMs, method, path, body, fine });
  const get = async <T>(path: string): Promise<T> => jsonOf(await call("GET", path), context) as T;
  const list = <T>(path: string) => listAll<T>(get, path, context);
  return {
    nodes: () => list("/api/v1/nodes"),
    runtimeClasses: () => list("/apis/node.k8s.io/v1/runtimeclasses"),
    daemonSets: () => list("/apis/apps/v1/daemonsets"),
    pods: (namespace, labelSelector) =>
      list(
        `/api/v1/namespaces/${segment(namespace)}/pods${labelSelector === undefined ? "" : `?labelSelector=${segment(labelSelector)}`}`,
      ),
    createPod: async (pod) =>
      jsonOf(
        await call("POST", `/api/v1/namespaces/${segment(pod.metadata.namespace ?? "default")}/pods`, pod),
        context,
      ) as Pod,
    podLog: (namespace, name, tailLines) =>
      call(
        "GET",
        `/api/v1/namespaces/${segment(namespace)}/pods/${segment(name)}/log?tailLines=${tailLines}`,
      ),
    deletePod: async (namespace, name) => {
      await call(
        "DELETE",
        `/api/v1/namespaces/${segment(namespace)}/pods/${segment(name)}`,
        undefined,
        [404],
      );
    },
    close: () => agent.close(),
  };
}

const segment = (text: string): string => encodeURIComponent(text);

function agentFor(context: KubeContext, timeoutMs: number): Agent {
  return new Agent({
    connect: {
      timeout: timeoutMs,
      rejectUnauthorized: !context.insecure,
      ...(context.ca === undefined ? {} : { ca: context.ca }),
      ...(context.certificate === undefined ? {} : { cert: context.certificate }),
      ...(context.key === undefined ? {} : { key: context.key }),
      ...(context.serverName === undefined ? {} : { servername: context.serverName }),
    },
  });
}

/** Follows `continue` to the end, so that a cluster of any size comes whole. */
async function listAll<T>(
  get: <R>(path: string) => Promise<R>,
  path: string,
  context: KubeContext,
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined = "";
  while (next !== undefined) {
    const separator = path.includes("?") ? "&" : "?";
    const page: KubeList<T> = await get(
      `${path}${separator}limit=${pageSize}${next === "" ? "" : `&continue=${segment(next)}`}`,
    );
    const found: unknown = page.items ?? [];
    if (!Array.isArray(found) || !found.every(isObject)) throw notKubernetes(context);
    items.push(...(found as T[]));
    next = page.metadata?.continue || undefined;
  }
  return items;
}

/** An answer of the API is an object. Any other is of something between us: a proxy, a page to log in on. */
function jsonOf(text: string, context: KubeContext): object {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    throw notKubernetes(context);
  }
  throw notKubernetes(context);
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const notKubernetes = ({ server }: KubeContext): RolesError =>
  new RolesError("KUBERNETES_FAILED", `${server} answers, and not as the Kubernetes API does`, {
    hint: "Check the server address in the kubeconfig: a proxy or a login page may answer in its place.",
  });

type Method = "GET" | "POST" | "DELETE";

interface Call {
  agent: Agent;
  context: KubeContext;
  timeoutMs: number;
  method: Method;
  path: string;
  body: object | undefined;
  /** Statuses beyond 2xx that are as good. */
  fine: readonly number[];
}

async function send({ agent, context, timeoutMs, method, path, body, fine }: Call): Promise<string> {
  const url = new URL(context.server.replace(/\/$/, "") + path);
  const headers = {
    accept: "application/json",
    ...(context.token === undefined ? {} : { authorization: `Bearer ${context.token}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const answer = await request(url, {
    dispatcher: agent,
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw unreachable(context, cause);
  });
  const text = await readBounded(answer.body, context);
  if (answer.statusCode < 300 || fine.includes(answer.statusCode)) return text;
  throw failure(answer.statusCode, context, `${method} ${url.pathname}`);
}

async function readBounded(body: AsyncIterable<Uint8Array>, context: KubeContext): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBodyBytes)
        throw new RolesError(
          "KUBERNETES_FAILED",
          `${context.server} answers with more than ${maxBodyBytes} bytes`,
        );
      parts.push(chunk);
    }
  } catch (error) {
    throw error instanceof RolesError ? error : unreachable(context, error);
  }
  return Buffer.concat(parts).toString("utf8");
}

const unreachable = (context: KubeContext, cause: unknown) =>
  new RolesError("KUBERNETES_UNREACHABLE", `the Kubernetes API at ${context.server} does not answer`, {
    hint: "Check the server address in the kubeconfig, and that its certificates are of this cluster.",
    cause,
  });

function failure(statusCode: number, context: KubeContext, what: string): RolesError {
  if (statusCode === 401 || statusCode === 403) {
    return new RolesError(
      "KUBERNETES_DENIED",
      `the Kubernetes API at ${context.server} refuses ${what} (${statusCode})`,
      {
        hint: "The kubeconfig's user may not read this; use one that may, or leave the Kubernetes part out.",
      },
    );
  }
  return new RolesError(
    "KUBERNETES_FAILED",
    `the Kubernetes API at ${context.server} answers ${statusCode} to ${what}`,
  );
}
