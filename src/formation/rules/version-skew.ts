import { formationQuirks } from "../../talos/quirks.ts";
import { clusterRule, type ClusterFinding, type ClusterSubject } from "../rule.ts";
import type { NodeInput, Profile } from "../model.ts";

export const versionSkew = clusterRule({
  id: "version-skew",
  severity: "warning",
  title: "Nodes have different versions of Talos or of an extension",
  reason:
    "A cluster takes different versions while it is upgraded. DRBD's versions change with Talos' minor release (9.2 with 1.12, 9.3 with 1.13), and volumes are replicated between nodes: such a mixture is for the time of an upgrade only.",
  fix: "Bring all nodes to one version.",
  rows: ["E6"],
  source: "LINBIT documentation, DRBD compatibility; siderolabs/extensions: storage/drbd",
  check: (cluster) => [...talosSkew(cluster), ...extensionSkew(cluster)],
});

const nameOf = (node: NodeInput): string => node.name ?? `role ${node.profile.role?.name}`;

/** The first node of each value; nothing where all have the same. */
function differing(
  { nodes }: ClusterSubject,
  valueOf: (profile: Profile) => string | undefined,
): [string, NodeInput][] {
  const first = new Map<string, NodeInput>();
  // Nodes share profiles: ten thousand of them have a few.
  const seen = new Set<Profile>();
  for (const { node } of nodes) {
    if (seen.has(node.profile)) continue;
    seen.add(node.profile);
    const value = valueOf(node.profile);
    if (value !== undefined && !first.has(value)) first.set(value, node);
  }
  return first.size > 1 ? [...first] : [];
}

const listed = (found: readonly [string, NodeInput][]): string =>
  found.map(([value, node]) => `${value} (${nameOf(node)})`).join(", ");

function talosSkew(cluster: ClusterSubject): ClusterFinding[] {
  const found = differing(cluster, ({ image, talos }) => image.talos ?? talos);
  const [, second] = found;
  if (!second) return [];
  const minors = new Set(found.map(([version]) => formationQuirks(version)?.minor));
  const replicated = cluster.subjects.some(({ extensions }) =>
    extensions.some(({ name }) => name === "drbd"),
  );
  return [
    {
      message: `nodes have different Talos versions: ${listed(found)}.`,
      severity: minors.size > 1 && replicated ? "warning" : "info",
      at: second[1].at,
      node: second[1],
      fix: "Bring all nodes to one version.",
    },
  ];
}

function extensionSkew(cluster: ClusterSubject): ClusterFinding[] {
  const names = new Set(cluster.subjects.flatMap(({ extensions }) => extensions.map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const found = differing(cluster, ({ image }) =>
      image.extensions?.find((one) => one.name === name)?.version?.replace(/-v\d+\.\d+\.\d+.*$/, ""),
    );
    const [, second] = found;
    if (!second) return [];
    return [
      {
        message: `nodes have different versions of extension ${name}: ${listed(found)}.`,
        severity: name === "drbd" ? ("warning" as const) : ("info" as const),
        at: second[1].at,
        node: second[1],
        fix: `Bring ${name} to one version on all nodes.`,
      },
    ];
  });
}
