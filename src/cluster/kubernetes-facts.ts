import type { KubeClient } from "../kubernetes/client.ts";
import type { KubeNode } from "../kubernetes/types.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { NodeToVerify } from "./cluster-verdict.ts";
import { known, type Part, unknown } from "./observation.ts";
import { podNetwork } from "./pod-network.ts";
import { part } from "./resources.ts";

/** What Kubernetes says of the cluster. A kubeconfig of another cluster tells nothing here, and that is found out first. */
export async function kubernetesFacts(
  client: KubeClient,
  nodes: readonly NodeToVerify[],
): Promise<ClusterFacts["kubernetes"]> {
  const listed = await part(() => client.nodes());
  if (!listed.known) return nothing(listed);
  if (!isSameCluster(listed.value, nodes))
    return nothing(unknown("the kubeconfig is of a cluster with none of these nodes"));
  const notReady = new Map(listed.value.flatMap((node) => notReadyText(node) ?? []));
  const [classes, network] = await Promise.all([
    part(() => client.runtimeClasses()),
    notReady.size > 0 ? part(() => podNetwork(client)) : unknown("every node is ready"),
  ]);
  const runtimeClasses: Part<string[]> = classes.known
    ? known(classes.value.map(({ handler }) => handler))
    : classes;
  return { runtimeClasses, notReady, podNetwork: network };
}

const nothing = (why: Part<never>): ClusterFacts["kubernetes"] => ({
  runtimeClasses: why,
  notReady: new Map(),
  podNetwork: why,
});

const addressesOf = ({ metadata, status }: KubeNode): string[] => [
  metadata.name,
  ...(status?.addresses ?? []).map(({ address }) => address),
];

/** A cluster that has not one node yet may be the right one. */
function isSameCluster(listed: readonly KubeNode[], nodes: readonly NodeToVerify[]): boolean {
  const theirs = new Set(listed.flatMap(addressesOf));
  return listed.length === 0 || nodes.some(({ name, address }) => theirs.has(name) || theirs.has(address));
}

/** Kubernetes' own words on a node that is not ready, as an entry by name. */
function notReadyText({ metadata, status }: KubeNode): [[string, string]] | undefined {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (!ready || ready.status === "True") return undefined;
  const text = ready.message ?? ready.reason;
  return text === undefined ? undefined : [[metadata.name, text]];
}
