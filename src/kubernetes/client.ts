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
  const call = (method: Method, path: string, body?: object) =>
    send({ agent, context: credential, timeoutMs, method, path, body });
  const get = async <T>(path: string): Promise<T> => JSON.parse(await call("GET", path)) as T;
  const list = <T>(path: string) => listAll<T>(get, path);
  return {
    nodes: () => list("/api/v1/nodes"),
    runtimeClasses: () => list("/apis/node.k8s.io/v1/runtimeclasses"),
    daemonSets: () => list("/apis/apps/v1/daemonsets"),
    pods: (namespace, labelSelector) =>
      list(
        `/api/v1/namespaces/${segment(namespace)}/pods${labelSelector === undefined ? "" : `?labelSelector=${segment(labelSelector)}`}`,
      ),
    createPod: async (pod) =>
      JSON.parse(
        await call("POST", `/api/v1/namespaces/${segment(pod.metadata.namespace ?? "default")}/pods`, pod),
      ) as Pod,
    podLog: (namespace, name, tailLines) =>
      call(
        "GET",
        `/api/v1/namespaces/${segment(namespace)}/pods/${segment(name)}/log?tailLines=${tailLines}`,
      ),
    deletePod: async (namespace, name) => {
      await call("DELETE", `/api/v1/namespaces/${segment(namespace)}/pods/${segment(name)}`);
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
async function listAll<T>(get: <R>(path: string) => Promise<R>, path: string): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined = "";
  while (next !== undefined) {
    const separator = path.includes("?") ? "&" : "?";
    const page: KubeList<T> = await get(
      `${path}${separator}limit=${pageSize}${next === "" ? "" : `&continue=${segment(next)}`}`,
    );
    items.push(...(page.items ?? []));
    next = page.metadata?.continue || undefined;
  }
  return items;
}

type Method = "GET" | "POST" | "DELETE";

interface Call {
  agent: Agent;
  context: KubeContext;
  timeoutMs: number;
  method: Method;
  path: string;
  body: object | undefined;
}

async function send({ agent, context, timeoutMs, method, path, body }: Call): Promise<string> {
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
  if (answer.statusCode < 300) return text;
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
