import { type Diagnostic, diagnostic } from "../roles/diagnostic.ts";
import type { RolesFile } from "../roles/model.ts";
import { contains, parseCidr } from "../talos/cidr.ts";
import type { ClusterFacts, LeftPod } from "./cluster-facts.ts";
import type { ObservedNode } from "./cluster-verdict.ts";
import type { ExpectedRoles } from "./expected.ts";
import { valueOr } from "./observation.ts";
import { countFindings } from "./role-counts.ts";

interface Inputs {
  roles: RolesFile;
  expected: ExpectedRoles;
  nodes: readonly ObservedNode[];
  facts: ClusterFacts;
}

/** What is wrong, or not known, with the cluster as a whole (rows E5 to E7 of the taxonomy, and what runs on all nodes). */
export const clusterFindings = (inputs: Inputs): Diagnostic[] => [
  ...countFindings(inputs),
  ...versionFindings(inputs),
  ...otherRouters(inputs),
  ...discoveryFindings(inputs),
  ...workloadFindings(inputs),
];

/** E6: the same extension, or Talos, in several versions over the cluster. */
function versionFindings({ nodes }: Inputs): Diagnostic[] {
  const versions = new Map<string, Map<string, string[]>>();
  for (const { node, observation } of nodes) {
    const seen = [
      ...(observation.version.known ? [{ name: "Talos", version: observation.version.value.talos }] : []),
      ...valueOr(observation.extensions, []).filter(({ name }) => name !== "schematic"),
    ];
    for (const { name, version } of seen) {
      const byVersion = versions.get(name) ?? new Map<string, string[]>();
      const holding = byVersion.get(version) ?? [];
      holding.push(node.name);
      versions.set(name, byVersion.set(version, holding));
    }
  }
  return [...versions]
    .filter(([, byVersion]) => byVersion.size > 1)
    .map(([name, byVersion]) =>
      diagnostic({
        rule: "mixed-versions",
        severity: "warning",
        message: `${name} is not the same on every node: ${[...byVersion].map(([version, names]) => `${version} on ${names.join(", ")}`).join("; ")}`,
        fix: "Upgrade the nodes that are behind; during an upgrade this is expected.",
      }),
    );
}

/** A device outside this cluster with the same routes is a failover partner of the gateway: packets may go to the wrong cluster. */
function otherRouters({ roles, nodes, facts }: Inputs): Diagnostic[] {
  const devices = valueOr(facts.devices, []);
  return roles.roles.flatMap(({ name, subnetRouter }) => {
    if (!subnetRouter || devices.length === 0) return [];
    const own = nodes.flatMap(({ node, observation }) => [
      node.name,
      ...valueOr(observation.addresses, []).map(({ address }) => address),
    ]);
    const names = new Set([...own, ...(subnetRouter.hostname === undefined ? [] : [subnetRouter.hostname])]);
    const strangers = devices.filter(
      (device) =>
        !names.has(device.name) &&
        !device.addresses.some((address) => names.has(address)) &&
        subnetRouter.routes.some((route) => device.approved.some((other) => covers(other, route))),
    );
    return strangers.map((device) =>
      diagnostic({
        rule: "routes-shared",
        severity: "warning",
        message: `device ${device.name} of the tailnet routes the same networks as role ${name}: traffic may go to it and not to this cluster`,
        role: name,
        fix: "Give every cluster of a tailnet pod and service networks of its own, or remove the old device.",
      }),
    );
  });
}

function covers(outer: string, inner: string): boolean {
  const [a, b] = [parseCidr(outer), parseCidr(inner)];
  // A default route is an exit node, and no competitor for a prefix.
  return a !== undefined && b !== undefined && a.bits > 0 && contains(a, b);
}

/** E7: without discovery, `talosctl health` and KubeSpan know no members. */
const discoveryFindings = ({ facts: { members }, nodes }: Inputs): Diagnostic[] =>
  members.known && members.value === 0 && nodes.length > 1
    ? [
        diagnostic({
          rule: "discovery-off",
          severity: "info",
          message:
            "cluster discovery is off: Talos knows no members, so name the nodes for `talosctl health`; KubeSpan cannot work",
          fix: "CozyStack turns it off on purpose (cluster.discovery.enabled: false); nothing is to be done unless you want it.",
        }),
      ]
    : [];

const workloadFindings = ({ facts: { workloads } }: Inputs): Diagnostic[] =>
  [...workloads].flatMap(([role, { node, ran, detail, left }]) => {
    const over = left ? [leftPod(role, node, left)] : [];
    if (ran.known && ran.value) return over;
    return [
      ...over,
      diagnostic({
        rule: ran.known ? "workload-failed" : "workload-unknown",
        severity: ran.known ? "error" : "info",
        message: `the pod for role ${role} on ${node} ${ran.known ? "did not run" : "could not be tried"}: ${detail}`,
        node,
        role,
        fix: "See its node: `talos-roles why` names what the role lacks there.",
      }),
    ];
  });

const leftPod = (role: string, node: string, { namespace, name, reason }: LeftPod): Diagnostic =>
  diagnostic({
    rule: "workload-left",
    severity: "warning",
    message: `the pod for role ${role} on ${node} may be left, for it could not be taken away: ${reason}`,
    node,
    role,
    fix: `Take it away: \`kubectl -n ${namespace} delete pod ${name}\`.`,
  });
