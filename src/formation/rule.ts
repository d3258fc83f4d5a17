import type { Answer, ThreeAnswers } from "../roles/answer.ts";
import type { Severity } from "../roles/diagnostic.ts";
import type { Position, RolesFile } from "../roles/model.ts";
import type { NodeInput } from "./model.ts";
import type { Subject } from "./subject.ts";

/** What a finding does to the three answers. */
export type Effects = Partial<Record<keyof ThreeAnswers, Answer>>;

export interface Finding {
  /** What and why; absent where only an answer changes and nothing is to be said: "cannot tell" is never an alarm. */
  message?: string;
  /** Default: the rule's own. */
  severity?: Severity;
  /** Default: the head of the node's config. */
  at?: Position | undefined;
  /** A document or patch ready to use, or one sentence. */
  fix?: string | undefined;
  effects?: Effects;
}

interface RuleText {
  /** Lower case with dashes. */
  id: string;
  /** The worst that it reports. Error only where Kubernetes Ready or boot completion is `no`, a count is broken, or Talos refuses the config. */
  severity: Severity;
  /** One line. */
  title: string;
  /** Why it matters: a paragraph or two. */
  reason: string;
  /** What to do, in general. */
  fix: string;
  /** Rows of the failure taxonomy that it foresees. */
  rows: readonly string[];
  /** Where its facts come from. */
  source: string;
}

/** A rule about one node: its image and its merged config. */
export interface NodeRule extends RuleText {
  scope: "node";
  check: (subject: Subject) => Finding[];
}

export interface ClusterSubject {
  /** Ids of all rules. */
  ruleIds: readonly string[];
  roles: RolesFile | undefined;
  nodes: readonly { node: NodeInput; subject: Subject }[];
  /** One subject for each profile. */
  subjects: readonly Subject[];
}

export interface ClusterFinding extends Finding {
  /** The node it is about, if one. */
  node?: NodeInput;
  role?: string;
}

/** A rule about nodes in relation to each other. */
export interface ClusterRule extends RuleText {
  scope: "cluster";
  check: (cluster: ClusterSubject) => ClusterFinding[];
}

export type Rule = NodeRule | ClusterRule;

export const nodeRule = (rule: Omit<NodeRule, "scope">): NodeRule => ({ scope: "node", ...rule });
export const clusterRule = (rule: Omit<ClusterRule, "scope">): ClusterRule => ({ scope: "cluster", ...rule });
