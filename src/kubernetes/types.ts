// Only the fields that are read; everything else in an answer is ignored.

export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface KubeList<T> {
  metadata?: { continue?: string };
  items?: T[];
}

export interface KubeNode {
  metadata: Metadata;
  spec?: { podCIDRs?: string[]; unschedulable?: boolean };
  status?: {
    addresses?: { type: string; address: string }[];
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export interface RuntimeClass {
  metadata: Metadata;
  handler: string;
}

export interface DaemonSet {
  metadata: Metadata;
  spec?: { selector?: { matchLabels?: Record<string, string> } };
  status?: { desiredNumberScheduled?: number; numberReady?: number };
}

export interface ContainerStatus {
  state?: { waiting?: { reason?: string; message?: string } };
}

export interface Pod {
  apiVersion?: string;
  kind?: string;
  metadata: Metadata;
  spec?: { nodeName?: string; runtimeClassName?: string; [field: string]: unknown };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}
