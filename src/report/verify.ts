import type { ClusterVerdict, NodeVerdict } from "../cluster/cluster-verdict.ts";
import { diagnosticLine } from "../roles/diagnostic.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";

const marks = { yes: "yes", no: "NO", unknown: "unknown" } as const;

/** The three answers of every node as a table, then each reason, then what is wrong with the cluster. */
export function verifyReport({ formed, nodes, cluster }: ClusterVerdict, width?: number): string {
  const rows = table(
    nodes,
    [
      { title: "NODE", value: ({ name }) => name },
      { title: "ROLE", value: ({ role }) => role },
      {
        title: "STAGE",
        value: ({ stage, minutesLeft }) =>
          minutesLeft === null ? stage : `${stage}, ${minutesLeft} min left`,
      },
      { title: "KUBERNETES READY", value: ({ kubernetesReady }) => marks[kubernetesReady.answer] },
      { title: "BOOT COMPLETES", value: ({ bootCompletes }) => marks[bootCompletes.answer] },
      { title: "ROLE FUNCTIONAL", value: ({ roleFunctional }) => marks[roleFunctional.answer] },
    ],
    { width },
  );
  const findings = cluster.map(
    (finding) => `cluster: ${diagnosticLine({ ...finding, message: printable(finding.message) })}`,
  );
  const detail = [...reasonLines(nodes), ...findings].join("\n");
  return `${rows}${detail === "" ? "" : `\n${detail}\n`}\n${summary(formed, nodes)}\n`;
}

const namesShown = 5;

/** Each reason once, with the nodes it holds for: what a thousand nodes share is one line. */
function reasonLines(nodes: readonly NodeVerdict[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const node of nodes) {
    for (const reason of reasonsOf(node)) {
      const names = byReason.get(reason) ?? [];
      names.push(node.name);
      byReason.set(reason, names);
    }
  }
  return [...byReason].map(([reason, names]) => `${nameList(names)}: ${printable(reason)}`);
}

/** `n1, n2 and 998 more`. */
export const nameList = (names: readonly string[]): string =>
  names.length <= namesShown + 1
    ? names.join(", ")
    : `${names.slice(0, namesShown).join(", ")} and ${names.length - namesShown} more`;

/** Every reason of a node's answers once, in words that do not name the node, so that nodes can share it. */
export const reasonsOf = ({
  address,
  bootCompletes,
  kubernetesReady,
  roleFunctional,
}: NodeVerdict): string[] => [
  ...new Set(
    [...bootCompletes.reasons, ...kubernetesReady.reasons, ...roleFunctional.reasons].map((reason) =>
      reason.replaceAll(`node ${address} `, "the node ").replaceAll(address, "its address"),
    ),
  ),
];

function summary(formed: boolean, nodes: readonly NodeVerdict[]): string {
  const [worst] = nodes.filter(({ causes }) => causes.length > 0);
  const advice = worst ? ` \`talos-roles why ${worst.name}\` says what to do.` : "";
  return `The cluster is ${formed ? "formed" : "not formed"}.${advice}`;
}
