import { type Diagnostic, diagnostic, sortDiagnostics } from "../roles/diagnostic.ts";
import type { Formation, FormationInput, NodeInput, Profile, SilencedRule } from "./model.ts";
import { predictionFor } from "./predict.ts";
import type { ClusterFinding, Effects, Finding, Rule } from "./rule.ts";
import { rules } from "./rules.ts";
import { type Subject, subjectOf } from "./subject.ts";

/**
 * Judges nodes before they exist: what is wrong, and the three answers for each. Nodes that share a profile are judged once. Pure.
 */
export function judge({ roles, nodes }: FormationInput): Formation {
  const subjects = new Map<Profile, Subject>();
  for (const { profile } of nodes)
    if (!subjects.has(profile)) subjects.set(profile, subjectOf(profile, roles));
  const holders = holdersOf(nodes);
  const found = [...subjects.values()].flatMap((subject) =>
    nodeFindings(subject, holders.get(subject.profile) ?? []),
  );
  const cluster = {
    ruleIds: rules.map(({ id }) => id),
    roles,
    nodes: nodes.map((node) => ({ node, subject: subjects.get(node.profile) as Subject })),
    subjects: [...subjects.values()],
  };
  for (const rule of rules)
    if (rule.scope === "cluster") for (const finding of rule.check(cluster)) found.push({ rule, finding });
  const silenced = (roles?.silenced ?? []).map(({ rule, reason }): SilencedRule => ({
    rule,
    reason,
    findings: 0,
    diagnostics: [],
  }));
  const byRule = new Map(silenced.map((one) => [one.rule, one]));
  const diagnostics = found.flatMap(({ rule, finding }) => {
    const one = diagnosticOf(rule, finding);
    const quiet = one && byRule.get(rule.id);
    if (one && quiet) {
      quiet.findings += 1;
      quiet.diagnostics.push(one);
    }
    return one && !quiet ? [one] : [];
  });
  return {
    diagnostics: sortDiagnostics(diagnostics),
    predictions: predictionsOf(cluster.nodes, found),
    silenced: silenced.map((one) => ({ ...one, diagnostics: sortDiagnostics(one.diagnostics) })),
  };
}

interface Found {
  rule: Rule;
  /** `profile` where it holds for all nodes of one. */
  finding: ClusterFinding & { profile?: Profile };
}

function holdersOf(nodes: readonly NodeInput[]): Map<Profile, NodeInput[]> {
  const holders = new Map<Profile, NodeInput[]>();
  for (const node of nodes) {
    const known = holders.get(node.profile);
    if (known) known.push(node);
    else holders.set(node.profile, [node]);
  }
  return holders;
}

/** Findings about a profile; they name the node where just one has it. */
function nodeFindings(subject: Subject, own: readonly NodeInput[]): Found[] {
  const { profile } = subject;
  const [only] = own.length === 1 ? own : [];
  return rules.flatMap((rule) => {
    if (rule.scope !== "node") return [];
    return rule.check(subject).map((finding): Found => ({
      rule,
      finding: {
        ...finding,
        profile,
        // What stands in a rendered config has no file that anyone could look into.
        at: profile.rendered ? profile.at : (finding.at ?? profile.at),
        ...(only ? { node: only } : {}),
        ...roleOf(profile),
      },
    }));
  });
}

const roleOf = ({ role }: Profile): { role?: string } => (role ? { role: role.name } : {});

function diagnosticOf(
  rule: Rule,
  { message, severity, at, fix, node, role }: ClusterFinding,
): Diagnostic | undefined {
  if (message === undefined) return undefined;
  return diagnostic({
    rule: rule.id,
    severity: severity ?? rule.severity,
    message,
    ...(at ? { position: at } : {}),
    ...(node?.name ? { node: node.name } : {}),
    ...(role === undefined ? {} : { role }),
    ...(fix === undefined ? {} : { fix }),
  });
}

function predictionsOf(nodes: readonly { node: NodeInput; subject: Subject }[], found: readonly Found[]) {
  const byProfile = new Map<Profile, Effects[]>();
  const byNode = new Map<NodeInput, Effects[]>();
  const add = <K>(map: Map<K, Effects[]>, key: K, effects: Effects) =>
    map.set(key, [...(map.get(key) ?? []), effects]);
  for (const { finding } of found as readonly {
    finding: Finding & { profile?: Profile; node?: NodeInput };
  }[]) {
    if (!finding.effects) continue;
    if (finding.profile) add(byProfile, finding.profile, finding.effects);
    else if (finding.node) add(byNode, finding.node, finding.effects);
  }
  const shared = new Map<Profile, ReturnType<typeof predictionFor>>();
  return nodes.map(({ node, subject }) => {
    const effects = byProfile.get(node.profile) ?? [];
    const own = byNode.get(node);
    const answers = own
      ? predictionFor(subject, [...effects, ...own])
      : (shared.get(node.profile) ?? predictionFor(subject, effects));
    if (!own) shared.set(node.profile, answers);
    return { node: node.name, role: node.profile.role?.name ?? null, ...answers };
  });
}
