import type { Pod } from "../../kubernetes/types.ts";

/** A pod that somebody has asked the stand-in for: with the short name and the address that its node knows it by. */
export interface AskedPod {
  id: string;
  address: string;
  pod: Pod;
  node: string;
  /** What runs it: the handler of its runtime class, or `-` for a plain process. */
  handler: string;
}

export interface AskedPods {
  /** Undefined for a pod that names no node of the cluster: nobody here would find one for it. */
  create(namespace: string, pod: Pod): AskedPod | undefined;
  remove: (namespace: string, name: string) => boolean;
  all(): AskedPod[];
}

/** The stand-in's own pod has the first address of a node's part of the pod network; further ones come after it. */
const firstFree = 1;
const lastByte = 254;

/** Keeps what was asked for; what becomes of it is what the machines' heartbeats say. `podOf` is the address of a node's own pod. */
export function askedPods({
  podOf,
  handlerOf,
}: {
  podOf: (node: string) => string | undefined;
  handlerOf: (runtimeClass: string) => string | undefined;
}): AskedPods {
  const pods = new Map<string, AskedPod>();
  let count = 0;
  return {
    create: (namespace, pod) => {
      const { nodeName = "", runtimeClassName } = (pod.spec ?? {}) as Spec;
      const own = podOf(nodeName);
      const handler = runtimeClassName === undefined ? "-" : handlerOf(runtimeClassName);
      if (own === undefined || handler === undefined) return undefined;
      count += 1;
      const asked = {
        id: `x${count}`,
        address: addressAfter(own, firstFree + (count % 200)),
        pod: { ...pod, metadata: { ...pod.metadata, namespace } },
        node: nodeName,
        handler,
      };
      pods.set(`${namespace}/${pod.metadata.name}`, asked);
      return asked;
    },
    remove: (namespace, name) => pods.delete(`${namespace}/${name}`),
    all: () => [...pods.values()],
  };
}

interface Spec {
  nodeName?: string;
  runtimeClassName?: string;
}

function addressAfter(address: string, steps: number): string {
  const bytes = address.split(".").map(Number);
  return [...bytes.slice(0, 3), Math.min(lastByte, (bytes[3] ?? 0) + steps)].join(".");
}
