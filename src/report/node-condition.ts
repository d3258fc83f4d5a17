import type { NodeVerdict } from "../cluster/cluster-verdict.ts";

export type Condition = "yes" | "no" | "unknown";

/** One sign for a node: no where any answer is no, unknown where any is, else yes. */
export function conditionOf({ kubernetesReady, bootCompletes, roleFunctional }: NodeVerdict): Condition {
  const answers = [kubernetesReady, bootCompletes, roleFunctional].map(({ answer }) => answer);
  return answers.includes("no") ? "no" : answers.includes("unknown") ? "unknown" : "yes";
}

/** Signs and words for what is otherwise only a colour. */
export const marks: Record<Condition, { sign: string; word: string }> = {
  yes: { sign: "✓", word: "well" },
  no: { sign: "✗", word: "not well" },
  unknown: { sign: "?", word: "not known" },
};
