import type { RolesFile } from "../roles/model.ts";
import { bootLimitSeconds, minutesLeft, nodeTime, timelineOf } from "./boot-time.ts";
import type { Case, NodeNetwork, TailnetDevice } from "./causes/cause.ts";
import { waitTexts } from "./causes/waiting.ts";
import { type ClusterFacts, noFacts } from "./cluster-facts.ts";
import { clusterFindings } from "./cluster-findings.ts";
import type { ClusterVerdict, NodeVerdict, ObservedNode } from "./cluster-verdict.ts";
import { expectedOfNode } from "./expected-of-node.ts";
import type { ExpectedRoles } from "./expected.ts";
import { known, type Part, valueOr } from "./observation.ts";
import type { NetworkSet } from "./pod-network.ts";
import { verdictOf } from "./verdict.ts";

interface Inputs {
  roles: RolesFile;
  expected: ExpectedRoles;
  nodes: readonly ObservedNode[];
  facts?: ClusterFacts;
  /** An unknown answer counts against the cluster. */
  strict?: boolean;
}

/** Judges every node against its role, and the cluster against its counts. Pure. */
export function judgeCluster({
  roles,
  expected,
  nodes,
  facts = noFacts,
  strict = false,
}: Inputs): ClusterVerdict {
  const verdicts = nodes.map((one) => judgeNode({ roles, expected, facts }, one));
  const cluster = clusterFindings({ roles, expected, nodes, facts });
  const answers = verdicts.flatMap(({ kubernetesReady, bootCompletes, roleFunctional }) => [
    kubernetesReady,
    bootCompletes,
    roleFunctional,
  ]);
  const bad = strict ? ["no", "unknown"] : ["no"];
  const formed =
    verdicts.length > 0 &&
    answers.every(({ answer }) => !bad.includes(answer)) &&
    verdicts.every(({ bootCompletes }) => bootCompletes.answer === "yes") &&
    cluster.every(({ severity }) => severity !== "error");
  return { formed, nodes: verdicts, cluster };
}

function judgeNode(
  { roles, expected, facts }: { roles: RolesFile; expected: ExpectedRoles; facts: ClusterFacts },
  one: ObservedNode,
): NodeVerdict {
  const { node, observation, boots } = one;
  const own = expectedOfNode(roles, expected, one);
  return {
    name: node.name,
    address: node.address,
    role: own.role,
    extensions: valueOr(observation.extensions, []).map(({ name, version }) => ({ name, version })),
    stage: valueOr(observation.machine, { stage: "unknown" as const }).stage,
    talosVersion: observation.version.known ? observation.version.value.talos : null,
    minutesLeft: minutesLeft(observation),
    bootLimitSeconds: bootLimitSeconds(observation),
    waitingFor: waitTexts(observation),
    bootsSeen: boots.length,
    observedAt: nodeTime(observation),
    timeline: timelineOf(observation),
    ...verdictOf({ observation, boots, expected: own, ...nodeFacts(facts, one, hostnameOf(roles, node)) }),
  };
}

/** The name a router's device has in its tailnet. */
const hostnameOf = (roles: RolesFile, node: ObservedNode["node"]): string =>
  roles.roles.find(({ name }) => name === node.role)?.subnetRouter?.hostname ?? node.name;

function nodeFacts(
  { kubernetes, devices }: ClusterFacts,
  { node, observation }: ObservedNode,
  hostname: string,
): Pick<Case, "device" | "runtimeClasses" | "kubernetesMessage" | "podNetwork"> {
  const nodename = valueOr(observation.kubernetes, { nodename: node.name }).nodename;
  const message = kubernetes.notReady.get(nodename);
  return {
    device: deviceOf(devices, { observation, hostname }),
    runtimeClasses: kubernetes.runtimeClasses,
    ...(message === undefined ? {} : { kubernetesMessage: message }),
    ...(kubernetes.podNetwork.known
      ? { podNetwork: kubernetes.podNetwork.value.map((set) => networkHere(set, nodename)) }
      : {}),
  };
}

const networkHere = ({ name, desired, ready, troubles, nodes }: NetworkSet, node: string): NodeNetwork => ({
  name,
  desired,
  ready,
  here: nodes.has(node) ? (troubles.get(node) ?? "ready") : "absent",
});

/** By the address that the node's own tunnel has, which no other device can; by name only where the tunnel has none. */
function deviceOf(
  devices: ClusterFacts["devices"],
  { observation, hostname }: { observation: ObservedNode["observation"]; hostname: string },
): Part<TailnetDevice | null> {
  if (!devices.known) return devices;
  const own = valueOr(observation.addresses, [])
    .filter(({ link }) => link.startsWith("tailscale"))
    .map(({ address }) => address);
  const found =
    own.length > 0
      ? devices.value.find(({ addresses }) => addresses.some((address) => own.includes(address)))
      : devices.value.find(({ name }) => name === hostname);
  return known(found ?? null);
}
