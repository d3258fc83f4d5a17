import { ownValue } from "../../formats/own-value.ts";
import { bootLimitSeconds, isShortened } from "../boot-time.ts";
import { type Observation, valueOr } from "../observation.ts";
import type { Cause, Evidence, NodeNetwork, Row } from "./cause.ts";
import { bootWaits, extensionServices } from "./waiting.ts";

const stageOf = ({ machine }: Observation): string => valueOr(machine, { stage: "unknown" }).stage;

/** E1: a control plane whose etcd waits to be told that it is the first. */
const notBootstrapped: Row = ({ observation }) => {
  const etcd = valueOr(observation.services, []).find(({ id }) => id === "etcd");
  if (!etcd || etcd.state !== "Preparing" || stageOf(observation) !== "booting") return [];
  const line = observation.log.findLast(({ text }) => text.includes("etcd is waiting to join the cluster"));
  return [
    {
      row: "E1",
      service: "etcd",
      title: "etcd is not bootstrapped",
      chain: [
        "nobody has run `talosctl bootstrap` on this cluster, or this node cannot reach the members",
        "etcd waits to join",
        ...bootWaits("etcd"),
      ],
      evidence: [
        { source: "service etcd", text: etcd.events.at(-1)?.message ?? etcd.state },
        ...(line ? [line] : []),
      ],
      blocksBoot: true,
      blocksKubernetes: true,
      advice: "Run `talosctl bootstrap` once, on one control plane only.",
    },
  ];
};

/** E2: Talos is done and the kubelet runs, but the pods of this node have no network: the cluster has no CNI, or its pod is not up here. */
const noCni: Row = ({ observation, kubernetesMessage, podNetwork }) => {
  const { machine, kubernetes } = observation;
  if (!machine.known || machine.value.stage !== "running" || !kubernetes.known || kubernetes.value.ready)
    return [];
  const [only, ...more] = machine.value.unmet;
  if (only?.name !== "nodeReady" || more.length > 0) return [];
  if (kubernetesMessage !== undefined && !/network|cni/i.test(kubernetesMessage)) return [];
  const missing = podNetwork?.filter(({ here }) => here !== "ready") ?? [];
  return [
    {
      row: "E2",
      ...(missing.length > 0 ? cniDown(missing) : cniMissing),
      chain: [
        "Talos has finished and the kubelet runs",
        ...missing.map(({ name, here }) => `${name} is not up on this node: ${here}`),
        kubernetesMessage ?? "its Kubernetes node is not ready, most likely for want of a pod network",
        "until it is, an upgrade counts as on probation",
      ],
      evidence: [
        { source: "MachineStatus", text: `running, unmet ${only.name}: ${only.reason}` },
        ...(kubernetesMessage === undefined ? [] : [{ source: "Kubernetes node", text: kubernetesMessage }]),
        ...daemonSetEvidence(podNetwork),
      ],
      blocksBoot: false,
      blocksKubernetes: true,
    },
  ];
};

const cniMissing = {
  title: "the cluster has no CNI yet",
  advice: "Install CozyStack, or the CNI of your choice; see the pods of kube-system or cozy-kubeovn.",
};

function cniDown(missing: readonly NodeNetwork[]): Pick<Cause, "title" | "advice"> {
  const [namespace = "", name = ""] = missing[0]?.name.split("/") ?? [];
  return {
    title: `the pod network is not up here: ${missing.map((one) => one.name).join(", ")}`,
    advice: `See what keeps its pod on this node: \`kubectl -n ${namespace} get pods -o wide\` and \`kubectl -n ${namespace} describe pod\` of the one of ${name}.`,
  };
}

const daemonSetEvidence = (network: readonly NodeNetwork[] | undefined): Evidence[] => {
  if (network === undefined) return [];
  if (network.length === 0)
    return [{ source: "Kubernetes", text: "no DaemonSet of a CNI is in the cluster" }];
  return network.map(({ name, desired, ready, here }) => ({
    source: `DaemonSet ${name}`,
    text: `ready on ${ready} of ${desired} nodes; here: ${here}`,
  }));
};

/** E3 and E4: what Talos itself has found out. */
const diagnosed: Row = ({ observation }) =>
  valueOr(observation.diagnostics, []).flatMap(({ id, message }): Cause[] => {
    const known = ownValue(talosDiagnostics, id);
    if (!known) return [];
    return [
      {
        row: known.row,
        title: message || known.title,
        chain: [known.title, known.effect],
        evidence: [{ source: "Diagnostic", text: `${id}: ${message}` }],
        blocksBoot: !kubeletRuns(observation),
        blocksKubernetes: !valueOr(observation.kubernetes, { ready: false }).ready,
        advice: known.advice,
      },
    ];
  });

const kubeletRuns = ({ services }: Observation): boolean =>
  !services.known || services.value.some(({ id, state }) => id === "kubelet" && state === "Running");

const talosDiagnostics: Record<string, { row: string; title: string; effect: string; advice: string }> = {
  "kubelet-csr": {
    row: "E3",
    title: "the kubelet's certificate request is not approved",
    effect: "logs, exec and metrics of this node's pods do not work",
    advice:
      "Approve it: `kubectl get csr`, `kubectl certificate approve NAME`; or run a certificate approver.",
  },
  "address-overlap": {
    row: "E4",
    title: "the host's addresses overlap those of pods or services",
    effect: "the kubelet may not find its node's address, and packets go astray",
    advice: "Change cluster.network.pods or services in roles.yaml, or the host's network; both cannot stay.",
  },
};

/**
 * From one boot's first sign of life to the next's it is what Talos gives a boot, then the firmware's own time, which on a server may be
 * twenty minutes. Clocks are set during a boot, so it may seem a little less.
 */
function isGivenUp(gapSeconds: number, limit: number): boolean {
  const firmware = Math.max(limit / 2, 5 * 60);
  return gapSeconds >= limit * (69 / 70) && gapSeconds <= limit + firmware;
}

/** E9: this boot began when the time of the one before it was up: Talos gave that up. */
const rebootLoop: Row = ({ observation, boots }) => {
  const gaps = boots.flatMap(({ started }, at) => {
    const before = boots[at - 1]?.started ?? 0;
    return before > 0 && started > 0 ? [(started - before) / 1000] : [];
  });
  const limit = bootLimitSeconds(observation);
  const time = isShortened(limit) ? `${limit} s` : `${limit / 60} minutes`;
  const loops = gaps.filter((gap) => isGivenUp(gap, limit)).length;
  if (loops === 0 || !["booting", "rebooting"].includes(stageOf(observation))) return [];
  return [
    {
      row: "E9",
      title: `it reboots every ${time}; this is boot ${boots.length} that was seen`,
      chain: [
        "a service never came up in the boot before",
        `Talos failed that boot after ${time} and rebooted`,
        "this boot goes the same way unless something was mended",
      ],
      evidence: boots.map(({ bootId, started }) => ({
        source: "BootID",
        text: `${bootId} began ${new Date(started).toISOString()}`,
      })),
      blocksBoot: extensionServices(observation).some(({ state }) => ["Waiting", "Failed"].includes(state)),
      blocksKubernetes: false,
      advice: "Ask again in a minute, when its services have said what they wait for.",
    },
  ];
};

export const clusterRows: Row[] = [notBootstrapped, noCni, diagnosed, rebootLoop];
