import type { Lock } from "../catalog/lock-model.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import type { RolesFile } from "../roles/model.ts";
import type { TalosClient } from "../talos/api/client.ts";
import { assignRole, undeclared } from "./assign-role.ts";
import type { SeenBoot } from "./causes/cause.ts";
import { type ClusterFacts, noFacts } from "./cluster-facts.ts";
import type { ClusterVerdict, NodeToVerify, ObservedNode } from "./cluster-verdict.ts";
import { expectedRoles, type ExpectedRoles } from "./expected.ts";
import { lanes } from "./lanes.ts";
import { judgeCluster } from "./judge-cluster.ts";
import { kubernetesFacts } from "./kubernetes-facts.ts";
import { memberCount } from "./members.ts";
import { valueOr } from "./observation.ts";
import { observe } from "./observe.ts";
import type { RecordedRole } from "./recorded.ts";
import { addBoot } from "./seen-boots.ts";
import { type Tailnet, tailnetDevices } from "./tailnet.ts";
import { runWorkloads, type WorkloadOptions } from "./workload.ts";

export interface VerifyOptions {
  roles: RolesFile;
  lock?: Lock | undefined;
  record?: readonly RecordedRole[] | undefined;
  client: TalosClient;
  /** Without it, what only Kubernetes knows stays unknown. */
  kube?: KubeClient | undefined;
  /** Without it, nobody knows whether routes are approved. */
  tailnet?: Tailnet | undefined;
  nodes: readonly NodeToVerify[];
  /** All nodes of the cluster, by which Kubernetes is known for its own, where only some are looked at. */
  inventory?: readonly NodeToVerify[];
  /** Boots of each node that earlier runs have seen, by name. */
  boots?: ReadonlyMap<string, SeenBoot[]>;
  strict?: boolean;
  /** Runs a short pod for each role: the one thing that is ever written to a cluster. */
  workload?: WorkloadOptions | undefined;
  /** Nodes asked at the same time. */
  concurrency?: number;
}

/** Enough to keep one processor busy, and few enough that an answer does not wait behind those of too many others. */
export const nodesAtOnce = 32;

/** What `verify` found, with what it stands on. */
export interface Verified {
  verdict: ClusterVerdict;
  observed: ObservedNode[];
  expected: ExpectedRoles;
}

/** Asks every node and judges it; a node that cannot be asked has three times unknown, and holds up none of the others. */
export async function verify(options: VerifyOptions): Promise<ClusterVerdict> {
  return (await observeAndJudge(options)).verdict;
}

/** As `verify`, and gives what was observed too. */
export async function observeAndJudge(options: VerifyOptions): Promise<Verified> {
  const { roles, lock, record, strict } = options;
  const expected = await expectedRoles(roles, { lock, record });
  const [observed, facts] = await Promise.all([observeAll(options, expected), gatherFacts(options)]);
  const workloads = await workloadsOf(options, { observed, expected });
  const verdict = judgeCluster({
    roles,
    expected,
    nodes: observed,
    facts: { ...facts, workloads },
    ...(strict === undefined ? {} : { strict }),
  });
  return { verdict, observed, expected };
}

function observeAll(
  { client, nodes, boots, concurrency = nodesAtOnce }: VerifyOptions,
  expected: ExpectedRoles,
): Promise<ObservedNode[]> {
  const limit = lanes({ atOnce: concurrency });
  return Promise.all(
    nodes.map((node) =>
      limit(async () => {
        const one = await observeNode(client, node, { expected, boots: boots?.get(node.name) ?? [] });
        client.release(node.address);
        return one;
      }),
    ),
  );
}

/** What is known beside the nodes themselves. Errors do not come out of it either. */
export async function gatherFacts({
  client,
  kube,
  tailnet,
  nodes,
  inventory = nodes,
}: VerifyOptions): Promise<ClusterFacts> {
  const [kubernetes, devices, members] = await Promise.all([
    kube ? kubernetesFacts(kube, inventory) : noFacts.kubernetes,
    tailnet ? tailnetDevices(tailnet) : noFacts.devices,
    memberCount(client, nodes),
  ]);
  return { ...noFacts, kubernetes, devices, members };
}

async function workloadsOf(
  { kube, workload }: VerifyOptions,
  { observed, expected }: { observed: readonly ObservedNode[]; expected: ExpectedRoles },
): Promise<ClusterFacts["workloads"]> {
  if (!kube || !workload) return noFacts.workloads;
  // Kubernetes has its own name for a node, and a ready one says more about its role than one that is known to be down.
  const nodes = observed
    .filter(({ node }) => node.role !== undeclared)
    .map(({ node, observation }) => {
      const own = valueOr(observation.kubernetes, { nodename: node.name, ready: false });
      return { ...node, name: own.nodename, ready: own.ready };
    })
    .sort((a, b) => Number(b.ready) - Number(a.ready));
  return runWorkloads(kube, { nodes, expected }, workload);
}

interface NodeOptions {
  expected: ExpectedRoles;
  boots?: readonly SeenBoot[];
}

/** One node as its own API shows it. Errors do not come out of it: they are the reasons why something is not known. */
export async function observeNode(
  client: TalosClient,
  node: NodeToVerify,
  { expected, boots = [] }: NodeOptions,
): Promise<ObservedNode> {
  const observation = await observe(client.node(node.address), { services: servicesOf(expected, node.role) });
  return assignRole(expected, { node, observation, boots: addBoot(boots, observation) });
}

/** Ids of the services that a role brings on any architecture. */
const servicesOf = (expected: ExpectedRoles, role: string): string[] =>
  [...expected.values()]
    .filter((one) => one.role === role)
    .flatMap(({ contract }) => contract.services.map(({ name }) => `ext-${name}`));
