import type { TalosClient } from "../../talos/api/client.ts";
import { machineStages, type MachineStage } from "../../talos/api/enums.ts";

/** What `lab status` shows of a machine whose only word is its Talos API. */
export interface AskedNode {
  stage: MachineStage | "starting";
  kubernetesReady: boolean;
  services: { id: string; state: string; message: string }[];
}

const silentNode: AskedNode = { stage: "starting", kubernetesReady: false, services: [] };

/** Asks a node for its stage, its Kubernetes node and its extension services; one that does not answer is starting. */
export async function askNode(client: TalosClient, address: string, name: string): Promise<AskedNode> {
  const node = client.node(address);
  try {
    const [status, kubernetes, services] = await Promise.all([
      node.get({ namespace: "runtime", type: "MachineStatuses.runtime.talos.dev", id: "machine" }),
      node.get({ namespace: "k8s", type: "NodeStatuses.kubernetes.talos.dev", id: name }),
      node.services(),
    ]);
    const stage = /^stage: (\w+)/m.exec(status?.spec?.yamlSpec ?? "")?.[1];
    return {
      stage: machineStages.find((one) => one === stage) ?? "starting",
      kubernetesReady: /^nodeReady: true/m.test(kubernetes?.spec?.yamlSpec ?? ""),
      services: services
        .filter(({ id }) => id.startsWith("ext-"))
        .map(({ id, state, events }) => ({ id, state, message: events?.events?.at(-1)?.msg ?? "" })),
    };
  } catch {
    return silentNode;
  }
}
