import type { TailnetDevice } from "./causes/cause.ts";
import { type Part, unknown } from "./observation.ts";
import type { NetworkSet } from "./pod-network.ts";

/** What is known of the cluster beside its nodes. */
export interface ClusterFacts {
  kubernetes: {
    /** Handlers for which there is a RuntimeClass. */
    runtimeClasses: Part<string[]>;
    /** Why a Kubernetes node is not ready, by node name, in Kubernetes' words. */
    notReady: ReadonlyMap<string, string>;
    /** What gives pods their network; asked only where a node is not ready. */
    podNetwork: Part<NetworkSet[]>;
  };
  /** Devices of the tailnet. */
  devices: Part<TailnetDevice[]>;
  /** Members that discovery knows; 0 where it is off. */
  members: Part<number>;
  /** Result of the short pod, by role; absent where none was asked for. */
  workloads: ReadonlyMap<string, WorkloadResult>;
}

/** How the one short pod of a role ended. */
export interface WorkloadResult {
  node: string;
  ran: Part<boolean>;
  detail: string;
  /** The pod that could not be taken away for certain, and why. */
  left?: LeftPod;
}

export interface LeftPod {
  namespace: string;
  name: string;
  reason: string;
}

/** Where nobody asked Kubernetes or the tailnet. */
export const noFacts: ClusterFacts = {
  kubernetes: {
    runtimeClasses: unknown("Kubernetes was not asked for its RuntimeClasses: no kubeconfig"),
    notReady: new Map(),
    podNetwork: unknown("Kubernetes was not asked for its DaemonSets: no kubeconfig"),
  },
  devices: unknown("the tailnet was not asked whether the routes are approved: no API key (--tailnet-key)"),
  members: unknown("nobody asked for the members"),
  workloads: new Map(),
};
