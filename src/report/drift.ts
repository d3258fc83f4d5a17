import type { DriftChange, LiveDrift, NodeDrift } from "../cluster/drift.ts";
import { diagnosticLine } from "../roles/diagnostic.ts";
import { printable } from "./printable.ts";

/** What differs on each node, `-` what the role has and `+` what the node has; a node without a difference is one line. */
export function driftReport({ nodes, counts }: LiveDrift): string {
  const different = nodes.filter(({ changes, unknown }) => changes.length > 0 || unknown.length > 0);
  const same = nodes.length - different.length;
  const lines = [
    ...different.map(nodeText),
    ...counts.map((finding) => `${diagnosticLine(finding)}\n`),
    `${same} of ${nodes.length} nodes are as their roles say.\n`,
  ];
  return lines.join("\n");
}

function nodeText({ node, role, changes, unknown }: NodeDrift): string {
  const lines = [...changes.flatMap(changeLines), ...unknown.map((reason) => `? ${reason}`)].map(
    (line) => `  ${printable(line)}`,
  );
  return `${node} (${role})\n${lines.join("\n")}\n`;
}

const changeLines = ({ kind, name, role, node }: DriftChange): string[] => [
  ...(role === null ? [] : [`- ${kind} ${name}: ${role}`]),
  ...(node === null ? [] : [`+ ${kind} ${name}: ${node}`]),
];
