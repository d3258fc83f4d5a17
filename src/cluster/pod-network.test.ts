import { describe, expect, it } from "vitest";
import type { KubeClient } from "../kubernetes/client.ts";
import type { DaemonSet, Pod } from "../kubernetes/types.ts";
import { podNetwork } from "./pod-network.ts";

const set = (name: string, namespace = "kube-system"): DaemonSet => ({
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name, tier: "node" } } },
  status: { desiredNumberScheduled: 3, numberReady: 1 },
});

const pod = (nodeName: string, status: NonNullable<Pod["status"]>): Pod => ({
  metadata: { name: `p-${nodeName}` },
  spec: { nodeName },
  status,
});

const waiting = { state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s" } } };

function clientOf(sets: DaemonSet[], pods: Pod[]): { client: KubeClient; asked: string[] } {
  const asked: string[] = [];
  const client: Partial<KubeClient> = {
    daemonSets: () => Promise.resolve(sets),
    pods: (namespace: string, selector = "") => {
      asked.push(`${namespace} ${selector}`);
      return Promise.resolve(pods);
    },
  };
  return { client: client as KubeClient, asked };
}

describe("podNetwork", () => {
  it("finds the DaemonSets of a CNI among others, and the state of each node's own pod", async () => {
    const { client, asked } = clientOf(
      [set("kube-ovn-cni", "cozy-kubeovn"), set("linstor-satellite", "cozy-linstor")],
      [
        pod("n1", { phase: "Running", conditions: [{ type: "Ready", status: "True" }] }),
        pod("n2", { phase: "Running", initContainerStatuses: [{ state: {} }, waiting] }),
        pod("n3", { phase: "Pending" }),
      ],
    );
    const [found, ...others] = await podNetwork(client);
    expect(others).toEqual([]);
    expect(asked).toEqual(["cozy-kubeovn app=kube-ovn-cni,tier=node"]);
    expect(found).toMatchObject({ name: "cozy-kubeovn/kube-ovn-cni", desired: 3, ready: 1 });
    expect([...(found?.nodes ?? [])]).toEqual(["n1", "n2", "n3"]);
    expect([...(found?.troubles ?? [])]).toEqual([
      ["n2", "CrashLoopBackOff: back-off 5m0s"],
      ["n3", "its pod is Pending and not ready"],
    ]);
  });

  it("finds none in a cluster without a CNI", async () => {
    expect(await podNetwork(clientOf([set("kube-proxy")], []).client)).toEqual([]);
  });
});
