import type { Prediction } from "../formation/model.ts";
import type { Answer, ThreeAnswers } from "../roles/answer.ts";
import { table } from "./table.ts";

const marks = { yes: "yes", no: "NO", unknown: "unknown" } as const;
const questions: readonly [keyof ThreeAnswers, string][] = [
  ["kubernetesReady", "KUBERNETES READY"],
  ["bootCompletes", "BOOT COMPLETES"],
  ["roleFunctional", "ROLE FUNCTIONAL"],
];

/** Nodes whose three answers, reasons and basis are the same. */
interface Alike {
  nodes: string[];
  one: Prediction;
}

/** The three answers for every node, those that are alike in one row; then why, and what it stands on. Empty where nothing was predicted. */
export function predictionsText(predictions: readonly Prediction[], width?: number): string {
  if (predictions.length === 0) return "";
  const groups = alike(predictions);
  const rows = table(
    groups,
    [
      { title: "NODE", value: ({ nodes }) => namesText(nodes) },
      { title: "ROLE", value: ({ one }) => one.role ?? "-" },
      ...questions.map(([key, title]) => ({ title, value: ({ one }: Alike) => marks[one[key].answer] })),
    ],
    { width },
  );
  return `${rows}\n${groups.map(whyText).join("")}`;
}

function alike(predictions: readonly Prediction[]): Alike[] {
  const groups = new Map<string, Alike>();
  const keys = new Map<Answer, string>();
  for (const one of predictions) {
    // Answers of nodes that share a profile are the same object, which spares ten thousand texts.
    const shared = keys.get(one.bootCompletes) ?? JSON.stringify({ ...one, node: "" });
    keys.set(one.bootCompletes, shared);
    const group = groups.get(shared);
    const name = one.node ?? `any ${one.role ?? "node"}`;
    if (group) group.nodes.push(name);
    else groups.set(shared, { nodes: [name], one });
  }
  return [...groups.values()];
}

const shown = 4;
const namesText = (nodes: readonly string[]): string =>
  nodes.length <= shown + 1
    ? nodes.join(", ")
    : `${nodes.slice(0, shown).join(", ")} and ${nodes.length - shown} more`;

function whyText({ nodes, one }: Alike): string {
  const head = `${namesText(nodes)}  (${one.basis})\n`;
  const open = questions.filter(([key]) => one[key].answer !== "yes");
  const lines = open.flatMap(([key, title]) =>
    one[key].reasons.map((reason) => `  ${title.toLowerCase()}: ${marks[one[key].answer]}: ${reason}\n`),
  );
  return head + lines.join("");
}
