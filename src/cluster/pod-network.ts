import type { KubeClient } from "../kubernetes/client.ts";
import type { DaemonSet, Pod } from "../kubernetes/types.ts";

/** A DaemonSet that gives pods their network. */
export interface NetworkSet {
  /** `namespace/name`. */
  name: string;
  desired: number;
  ready: number;
  /** What its pod is like, by the name of the node that it is on; a ready one is left out. */
  troubles: ReadonlyMap<string, string>;
  /** Names of the nodes that have a pod of it. */
  nodes: ReadonlySet<string>;
}

/** DaemonSets of the CNIs that clusters on Talos have: those of CozyStack (kube-ovn, cilium), Talos' own (flannel), and the other common ones. */
const networkSet =
  /^(?:cilium|kube-flannel|kube-ovn-cni|ovs-ovn|calico-node|canal|antrea-agent|kube-router|weave-net)/;

/** What gives this cluster's pods their network, with the state of each node's own pod. Errors: those of the client. */
export async function podNetwork(client: KubeClient): Promise<NetworkSet[]> {
  const sets = (await client.daemonSets()).filter(({ metadata }) => networkSet.test(metadata.name));
  return Promise.all(sets.map(async (set) => networkSetOf(set, await podsOf(client, set))));
}

function podsOf(client: KubeClient, { metadata, spec }: DaemonSet): Promise<Pod[]> {
  const labels = Object.entries(spec?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return client.pods(metadata.namespace ?? "default", labels.join(","));
}

function networkSetOf({ metadata, status }: DaemonSet, pods: readonly Pod[]): NetworkSet {
  const placed = pods.flatMap((pod) => {
    const node = pod.spec?.nodeName;
    return node === undefined ? [] : [{ node, trouble: troubleOf(pod) }];
  });
  return {
    name: `${metadata.namespace ?? "default"}/${metadata.name}`,
    desired: status?.desiredNumberScheduled ?? 0,
    ready: status?.numberReady ?? 0,
    troubles: new Map(
      placed.flatMap(({ node, trouble }): [string, string][] =>
        trouble === undefined ? [] : [[node, trouble]],
      ),
    ),
    nodes: new Set(placed.map(({ node }) => node)),
  };
}

/** Why a pod is not ready, in Kubernetes' words; undefined for one that is. */
function troubleOf({ status = {} }: Pod): string | undefined {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [], phase = "Pending" } = status;
  if (conditions.some(({ type, status: is }) => type === "Ready" && is === "True")) return undefined;
  const [waiting = status] = [...initContainerStatuses, ...containerStatuses].flatMap(
    ({ state }) => state?.waiting ?? [],
  );
  const why = [waiting.reason, waiting.message].filter(Boolean);
  return why.length > 0 ? why.join(": ") : `its pod is ${phase} and not ready`;
}
