import type { KubeNode, Pod } from "../../kubernetes/types.ts";
import { type AskedPod, askedPods } from "./asked-pods.ts";

/** A machine that may become a node, and what it is given when it does. */
export interface Member {
  name: string;
  role: string;
  address: string;
  podNetwork: string;
  pod: string;
  /** Whether the service has its pod behind it. */
  serves: boolean;
}

/** What a kubelet says of one of its pods. */
interface PodState {
  name: string;
  state: "pending" | "running" | "failed";
  message: string;
}

interface Heard {
  at: number;
  pods: PodState[];
}

/** The stand-in's knowledge of its cluster: nothing but what the machines' heartbeats say. */
export interface Members {
  /** Takes a heartbeat with its list of pods; returns what the machine is to do. Undefined for a machine that is no member. */
  heartbeat(name: string, body: string): string | undefined;
  isReady(name: string): boolean;
  /** A node is there once its kubelet has been heard. */
  nodes(): KubeNode[];
  pods(): Pod[];
  /** Runs a pod on the node that it names; undefined where there is no such node, or no such runtime class. */
  createPod(namespace: string, pod: Pod): Pod | undefined;
  removePod(namespace: string, name: string): boolean;
  podOf(name: string): { phase: string; message: string };
  /** Labels of a node are the business of the machine under it. */
  setLabels(name: string, labels: Record<string, string>): void;
  service: { address: string; endpoints(): string[] };
}

interface MembersOptions {
  members: readonly Member[];
  services: string;
  service: string;
  /** Where a kubelet pulls the module of its pod. */
  moduleUrl(): string;
  now?: () => number;
}

/** Kubernetes waits 40 s for a heartbeat that is due every 10; here one is due every 2. Milliseconds. */
const silentAfterMs = 20_000;
const podName = "hello";
export const handler = "spin";
export const runtimeClass = "wasmtime-spin-v2";

export function clusterMembers(options: MembersOptions): Members {
  const { members, service, now = Date.now } = options;
  const heard = new Map<string, Heard>();
  const labels = new Map<string, Record<string, string>>();
  const asked = askedPods({
    podOf: (node) => members.find(({ name }) => name === node)?.pod,
    handlerOf: (name) => (name === runtimeClass ? handler : undefined),
  });
  const known = (): Member[] => members.filter(({ name }) => heard.has(name));
  const isReady = (name: string): boolean => now() - (heard.get(name)?.at ?? -Infinity) < silentAfterMs;
  const runs = ({ name }: Member): boolean =>
    isReady(name) &&
    (heard.get(name)?.pods.some(({ name: pod, state }) => pod === podName && state === "running") ?? false);
  const stateOf = (node: string, id: string): PodState | undefined =>
    heard.get(node)?.pods.find(({ name }) => name === id);
  const endpoints = (): string[] =>
    known()
      .filter((member) => member.serves && runs(member))
      .map(({ pod }) => `${pod}:80`);
  return {
    heartbeat: (name, body) => {
      const member = members.find((one) => one.name === name);
      if (!member) return undefined;
      heard.set(name, { at: now(), pods: podStates(body) });
      return wanted(member, known(), {
        ...options,
        endpoints: endpoints(),
        asked: asked.all().filter(({ node }) => node === name),
      });
    },
    isReady,
    nodes: () =>
      known().map((member) => kubeNode(member, isReady(member.name), labels.get(member.name) ?? {})),
    pods: () => [
      ...known().map((member) => kubePod(member, stateOf(member.name, podName))),
      ...asked.all().map((one) => askedPod(one, stateOf(one.node, one.id))),
    ],
    createPod: (namespace, pod) => asked.create(namespace, pod)?.pod,
    removePod: asked.remove,
    podOf: (name) => {
      const { state = "pending", message = "" } = stateOf(name, podName) ?? {};
      return { phase: phases[state], message };
    },
    setLabels: (name, own) => labels.set(name, own),
    service: { address: service, endpoints },
  };
}

interface Orders extends MembersOptions {
  endpoints: string[];
  /** What somebody else asked for on this node. */
  asked: AskedPod[];
}

/** The lines that a kubelet acts on; src/lab/guest/kubelet.ts reads them. */
function wanted(own: Member, known: readonly Member[], orders: Orders): string {
  const { services, service, endpoints, asked } = orders;
  const lines = [
    // A connection to a service begins with the node's address, which the others can answer.
    `route ${services} dev eth1 src ${own.address}`,
    ...known
      .filter(({ name }) => name !== own.name)
      .map(({ podNetwork, address }) => `route ${podNetwork} via ${address}`),
    `pod ${podName} ${own.pod} ${handler} ${orders.moduleUrl()}`,
    ...asked.map(({ id, address, handler: own }) => `pod ${id} ${address} ${own} ${orders.moduleUrl()}`),
    ...(endpoints.length > 0 ? [`service ${service} 80 ${endpoints.join(",")}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const states = ["pending", "running", "failed"] as const;

function podStates(body: string): PodState[] {
  return body.split("\n").flatMap((line) => {
    const [, name = "", word, message = ""] = /^pod (\S+) (\S+) ?(.*)$/.exec(line.trimEnd()) ?? [];
    const state = states.find((one) => one === word);
    return state ? [{ name, state, message }] : [];
  });
}

const kubeNode = (
  { name, address, podNetwork, role }: Member,
  ready: boolean,
  own: Record<string, string>,
): KubeNode => ({
  metadata: { name, labels: { "talos-roles.io/role": role, ...own } },
  spec: { podCIDRs: [podNetwork] },
  status: {
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: name },
    ],
    conditions: [
      {
        type: "Ready",
        status: ready ? "True" : "Unknown",
        reason: ready ? "KubeletReady" : "NodeStatusUnknown",
        message: ready ? "kubelet is posting ready status" : "Kubelet stopped posting node status.",
      },
    ],
  },
});

const phases = { pending: "Pending", running: "Running", failed: "Failed" } as const;

const kubePod = ({ name, pod }: Member, found: PodState | undefined): Pod => ({
  metadata: { name: `${podName}-${name}`, namespace: "default", labels: { app: podName } },
  spec: { nodeName: name, runtimeClassName: runtimeClass },
  status: podStatus(pod, found),
});

const askedPod = ({ pod, address }: AskedPod, found: PodState | undefined): Pod => ({
  ...pod,
  status: podStatus(address, found),
});

const podStatus = (podIP: string, found: PodState | undefined): NonNullable<Pod["status"]> => ({
  phase: phases[found?.state ?? "pending"],
  podIP,
  ...(found?.message ? { message: found.message } : {}),
});
