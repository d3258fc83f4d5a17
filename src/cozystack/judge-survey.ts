import { gte, valid } from "semver";
import type { Outcome, SurveyedRef } from "./survey.ts";

/** From here on extensions are found by digest, so every role can be built. */
const rolesSince = "0.35.2";

/** What a survey found that must not be: empty when the patch is right for every release. Pure. */
export function faultsOfSurvey(rows: readonly SurveyedRef[]): string[] {
  return rows.flatMap(({ ref, outcome }) => {
    const release = releaseOf(ref);
    if (outcome.kind === "unproven") return [`${ref}: ${outcome.reason}`];
    if (release === undefined) return [];
    if (outcome.kind === "refused") return isInCluster(outcome) ? [] : [`${ref}: ${outcome.reason}`];
    const late = gte(release, rolesSince);
    return late && outcome.resolver !== "digests" ? [`${ref}: it finds extensions by tags`] : [];
  });
}

/** v0.22.0 to v0.29.0 cannot be built on a computer alone. */
export const isInCluster = (outcome: Outcome): boolean =>
  outcome.kind === "refused" && outcome.reason.includes("layout B2");

/** The release that a tag names; undefined for branches and for tags of Go modules. */
const releaseOf = (ref: string): string | undefined => {
  const name = /^refs\/tags\/v?([^/]+)$/.exec(ref)?.[1];
  return name === undefined ? undefined : (valid(name) ?? undefined);
};
