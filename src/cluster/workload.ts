import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeClient } from "../kubernetes/client.ts";
import type { Pod } from "../kubernetes/types.ts";
import type { WorkloadResult } from "./cluster-facts.ts";
import type { NodeToVerify } from "./cluster-verdict.ts";
import { ending } from "./ending.ts";
import type { ExpectedRoles } from "./expected.ts";
import { known, unknown } from "./observation.ts";
import { isRolesError } from "../errors.ts";

export interface WorkloadOptions {
  /** An image that the role's runtime can run: a Spin application where the role has Spin, else any that stays up. */
  image: string;
  /** Image for roles without a runtime of their own. */
  plainImage: string;
  namespace: string;
  deadlineMs: number;
  /** Between two looks at a pod. */
  pollMs?: number;
  signal?: AbortSignal;
}

/** Every pod made here carries it, so that what a crash leaves behind can be found: `kubectl get pods -A -l talos-roles/verify`. */
const workloadLabel = "talos-roles/verify";

/** Runs one short pod on one node of each role, and takes it away again, whatever happens. */
export async function runWorkloads(
  client: KubeClient,
  { nodes, expected }: { nodes: readonly NodeToVerify[]; expected: ExpectedRoles },
  options: WorkloadOptions,
): Promise<Map<string, WorkloadResult>> {
  const first = new Map<string, NodeToVerify>();
  for (const node of nodes) if (!first.has(node.role)) first.set(node.role, node);
  const classes = await client.runtimeClasses().catch(() => []);
  const results = await Promise.all(
    [...first.values()].map(async (node): Promise<[string, WorkloadResult]> => {
      const handlers = [...expected.values()].find(({ role }) => role === node.role)?.handlers ?? [];
      const runtime = classes.find(({ handler }) => handlers.includes(handler))?.metadata.name;
      if (handlers.length > 0 && runtime === undefined)
        return [
          node.role,
          { node: node.name, ran: known(false), detail: `no RuntimeClass with handler ${handlers[0]}` },
        ];
      return [node.role, await runOne(client, { node, runtime }, options)];
    }),
  );
  return new Map(results);
}

function podFor(
  { node, runtime }: { node: NodeToVerify; runtime: string | undefined },
  { image, plainImage, namespace }: WorkloadOptions,
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `talos-roles-verify-${node.role}-${randomBytes(3).toString("hex")}`,
      namespace,
      labels: { [workloadLabel]: node.role, "app.kubernetes.io/managed-by": "talos-roles" },
    },
    spec: {
      nodeName: node.name,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      ...(runtime === undefined ? {} : { runtimeClassName: runtime }),
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "verify",
          image: runtime === undefined ? plainImage : image,
          // A Spin image has no command of its own; the shim asks for one all the same.
          ...(runtime === undefined ? {} : { command: ["/"] }),
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "128Mi" } },
        },
      ],
    },
  };
}

async function runOne(
  client: KubeClient,
  where: { node: NodeToVerify; runtime: string | undefined },
  options: WorkloadOptions,
): Promise<WorkloadResult> {
  const pod = podFor(where, options);
  const { name } = pod.metadata;
  const node = where.node.name;
  const result = await client
    .createPod(pod)
    .then(() => waitForPod(client, name, options))
    .catch((error: unknown) => ({ ran: unknown(textOf(error)), detail: textOf(error) }));
  // Also where its creation failed: the server may have made it, and only its answer was lost.
  const left = await takeAway(client, name, options);
  return {
    node,
    ...result,
    ...(left === undefined ? {} : { left: { namespace: options.namespace, name, reason: left } }),
  };
}

/** Deletes a pod, which may be gone or never have been; gives the reason where the server does not say so in two tries. */
async function takeAway(
  client: KubeClient,
  name: string,
  { namespace, pollMs = 1000 }: WorkloadOptions,
): Promise<string | undefined> {
  try {
    await client.deletePod(namespace, name);
  } catch {
    await sleep(pollMs);
    return client.deletePod(namespace, name).then(() => undefined, textOf);
  }
  return undefined;
}

const textOf = (error: unknown): string => (isRolesError(error) ? error.message : String(error));

/** A pod that was up once has shown that the role can run it; how it ends is its own business. */
async function waitForPod(
  client: KubeClient,
  name: string,
  { namespace, deadlineMs, pollMs = 1000, signal }: WorkloadOptions,
): Promise<Omit<WorkloadResult, "node">> {
  const { signal: stop, end } = ending(deadlineMs, signal);
  let last = "it was never scheduled";
  for (;;) {
    const pods = await client.pods(namespace, workloadLabel);
    const { ran, detail } = stateOf(pods.find(({ metadata }) => metadata.name === name));
    if (ran !== undefined) {
      end();
      return { ran: known(ran), detail };
    }
    last = detail;
    await sleep(pollMs, undefined, { signal: stop }).catch(() => {});
    if (!stop.aborted) continue;
    return signal?.aborted
      ? { ran: unknown("stopped"), detail: "stopped by the user" }
      : { ran: known(false), detail: last };
  }
}

/** Whether a pod ran; undefined while that is open. */
function stateOf(pod: Pod | undefined): { ran?: boolean; detail: string } {
  const status = pod?.status;
  const phase = status?.phase ?? "Pending";
  if (phase === "Running" || phase === "Succeeded") return { ran: true, detail: phase };
  const said = status?.message ?? status?.reason ?? waitingText(status);
  const detail = said ?? `it stayed ${phase}`;
  return phase === "Failed" ? { ran: false, detail } : { detail };
}

const waitingText = (status: Pod["status"]): string | undefined =>
  status?.containerStatuses?.flatMap(
    ({ state }) => state?.waiting?.message ?? state?.waiting?.reason ?? [],
  )[0];
