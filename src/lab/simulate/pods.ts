import type { Pod } from "../../kubernetes/types.ts";
import type { TalosNodeMachine } from "../node/node.ts";

const collection = /^\/api\/v1\/namespaces\/([^/]+)\/pods$/;
const single = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)$/;

/** Pods of the stand-in API: one runs where its node's kubelet runs and its node's image has the runtime that it asks for. */
export function podStore(nodes: () => readonly TalosNodeMachine[]): {
  /** undefined for a path that is about no pod. */
  handle(method: string, path: string, body: () => Promise<Pod>): Promise<object | undefined>;
} {
  const pods = new Map<string, Pod>();
  return {
    handle: async (method, path, body) => {
      const [, namespace = ""] = collection.exec(path) ?? [];
      if (namespace !== "" && method === "POST") {
        const pod = await body();
        pods.set(`${namespace}/${pod.metadata.name}`, pod);
        return pod;
      }
      if (namespace !== "" && method === "GET")
        return { items: [...pods.values()].map((pod) => ({ ...pod, status: statusOf(pod, nodes()) })) };
      const [, owner = "", name = ""] = single.exec(path) ?? [];
      return method === "DELETE" && pods.delete(`${owner}/${name}`) ? { kind: "Status" } : undefined;
    },
  };
}

interface PodSpec {
  nodeName?: string;
  runtimeClassName?: string;
}

function statusOf({ spec }: Pod, nodes: readonly TalosNodeMachine[]): NonNullable<Pod["status"]> {
  const { nodeName, runtimeClassName } = (spec ?? {}) as PodSpec;
  const node = nodes.find(({ options }) => options.name === nodeName);
  const boot = node?.boot();
  if (boot?.states.state("kubelet") !== "Running") return { phase: "Pending" };
  const hasSpin = boot.image.extensions.some(({ name }) => name === "spin");
  if (runtimeClassName !== undefined && !hasSpin) {
    const message = 'failed to create sandbox: no runtime for "spin" is configured';
    return {
      phase: "Pending",
      containerStatuses: [{ state: { waiting: { reason: "FailedCreatePodSandBox", message } } }],
    };
  }
  return { phase: "Running" };
}
