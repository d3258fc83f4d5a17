import { isInCluster } from "../cozystack/judge-survey.ts";
import type { ProvenPatch } from "../cozystack/patch.ts";
import type { Outcome, SurveyedRef } from "../cozystack/survey.ts";
import { table } from "./table.ts";

/** What a patch is for, what it changes and what was proven of it. */
export function patchReport(
  { commit, tag, layout, talos, resolver, files, proofs, committedProfiles }: ProvenPatch,
  path: string,
): string {
  const changed = table(files, [
    { title: "file", value: (file) => file.path },
    { title: "mode", value: (file) => file.mode },
    { title: "before", value: (file) => file.before.slice(0, 12) },
    { title: "after", value: (file) => file.after.slice(0, 12) },
  ]);
  const proven = proofs.map(({ says }) => `  proven: ${says}\n`).join("");
  return `Wrote ${path}: CozyStack ${tag ?? commit.slice(0, 12)} (layout ${layout}, Talos ${talos})
commit ${commit}
${changed}${proven}${notes(resolver === "tags", committedProfiles)}`;
}

const notes = (byTags: boolean, committed: boolean): string =>
  (byTags
    ? "  note: this release finds extensions by tags, so spin and tailscale cannot be found; roles need v0.35.2 or later\n"
    : "") +
  (committed ? "" : "  note: upstream edited the committed profiles by hand; the script writes others\n");

/** Every ref of a clone with what came of it, then how many of each kind. */
export function surveyReport(rows: readonly SurveyedRef[], width?: number): string {
  const listed = table(
    rows,
    [
      { title: "ref", value: ({ ref }) => ref.replace(/^refs\/(?:heads|tags|remotes)\//, "") },
      { title: "layout", value: ({ outcome }) => layoutOf(outcome) },
      { title: "Talos", value: ({ outcome }) => (outcome.kind === "proven" ? outcome.talos : "-") },
      { title: "applied", value: ({ outcome }) => cell(outcome, "yes") },
      { title: "default identity", value: ({ outcome }) => cell(outcome, "sh, bash, make") },
      { title: "role profiles", value: ({ outcome }) => cell(outcome, rolesOf(outcome)) },
    ],
    { width },
  );
  const counts = new Map<string, number>();
  for (const { outcome } of rows) counts.set(summaryOf(outcome), (counts.get(summaryOf(outcome)) ?? 0) + 1);
  const summary = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  return `${listed}\n${summary.map(([what, count]) => `${String(count).padStart(5)}  ${what}\n`).join("")}`;
}

const layoutOf = (outcome: Outcome): string =>
  outcome.kind === "proven" ? outcome.layout : isInCluster(outcome) ? "B2" : "?";

const cell = (outcome: Outcome, proven: string): string =>
  outcome.kind === "proven" ? proven : outcome.kind === "refused" ? "refused" : "WRONG";

const rolesOf = (outcome: Outcome): string =>
  outcome.kind === "proven" && outcome.resolver === "digests" ? "compute, gateway" : "storage only";

function summaryOf(outcome: Outcome): string {
  if (outcome.kind === "proven") {
    const hand = outcome.committedProfiles ? "" : " (committed profiles edited by hand)";
    return `layout ${outcome.layout}: applied, default identity, roles ${rolesOf(outcome)}${hand}`;
  }
  if (isInCluster(outcome)) return "layout B2: refused, it builds in a cluster";
  return `${outcome.kind}: ${outcome.reason.replace(/^commit [0-9a-f]+ /, "commit ")}`;
}
