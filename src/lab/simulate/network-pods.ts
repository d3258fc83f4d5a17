import type { DaemonSet, KubeNode, Pod } from "../../kubernetes/types.ts";

const labels = { "k8s-app": "cilium" };

const isReady = ({ status }: KubeNode): boolean =>
  status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;

/** The CNI of a simulated cluster. One of which no node is ready has none. */
export function networkSets(nodes: readonly KubeNode[]): DaemonSet[] {
  const ready = nodes.filter(isReady).length;
  if (ready === 0) return [];
  return [
    {
      metadata: { name: "cilium", namespace: "kube-system", labels },
      spec: { selector: { matchLabels: labels } },
      status: { desiredNumberScheduled: nodes.length, numberReady: ready },
    },
  ];
}

/** Its pod on one node: what a node that is not ready lacks is the pod's image. */
export function networkPod(node: KubeNode): Pod[] {
  const up = isReady(node);
  const waiting = {
    reason: "ImagePullBackOff",
    message: 'Back-off pulling image "quay.io/cilium/cilium:v1.18.4"',
  };
  return [
    {
      metadata: { name: `cilium-${node.metadata.name}`, namespace: "kube-system", labels },
      spec: { nodeName: node.metadata.name },
      status: {
        phase: up ? "Running" : "Pending",
        conditions: [{ type: "Ready", status: up ? "True" : "False" }],
        initContainerStatuses: [up ? {} : { state: { waiting } }],
      },
    },
  ];
}
