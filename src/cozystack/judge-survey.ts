import { gte, lte, valid } from "semver";
import type { Outcome, SurveyedRef } from "./survey.ts";

/** From here on extensions are found by digest, so every role can be built. */
const rolesSince = "0.35.2";
/** These cannot be built on a computer alone (layout B2). */
const inCluster = { first: "0.22.0", last: "0.29.0" };

/** What a survey found that must not be: empty when the patch is right for every release, the branches of releases, and the main branch. Pure. */
export function faultsOfSurvey(rows: readonly SurveyedRef[]): string[] {
  return rows.flatMap(({ ref, outcome }) => {
    const fault = faultOf(ref, outcome);
    return fault === undefined ? [] : [`${ref}: ${fault}`];
  });
}

function faultOf(ref: string, outcome: Outcome): string | undefined {
  if (outcome.kind === "unproven") return outcome.reason;
  const version = versionOf(ref);
  // Somebody's work in progress: nobody is promised a patch for it.
  if (version === undefined) return undefined;
  if (outcome.kind === "refused")
    return isInCluster(outcome) && maybeInCluster(ref, version) ? undefined : outcome.reason;
  if (isTag(ref) && maybeInCluster(ref, version)) return "it builds inside a cluster, and was not refused";
  const late = gte(version, rolesSince);
  return late && outcome.resolver !== "digests" ? "it finds extensions by tags" : undefined;
}

/** A release branch began with such a release, and may have left it behind. */
const maybeInCluster = (ref: string, version: string): boolean =>
  isTag(ref)
    ? gte(version, inCluster.first) && lte(version, inCluster.last)
    : gte(version, inCluster.first) && lte(version, `${minorOf(inCluster.last)}.${latest}`);

export const isInCluster = (outcome: Outcome): boolean =>
  outcome.kind === "refused" && outcome.reason.includes("layout B2");

const isTag = (ref: string): boolean => ref.startsWith("refs/tags/");
const minorOf = (version: string): string => version.split(".").slice(0, 2).join(".");
/** A branch is its newest release, or newer. */
const latest = 9999;

/** The release that a ref is held to: of tags their own, of a release's branch its newest, and the main branch is newer than all. Undefined for other refs. */
function versionOf(ref: string): string | undefined {
  const tag = /^refs\/tags\/v?([^/]+)$/.exec(ref)?.[1];
  if (tag !== undefined) return valid(tag) ?? undefined;
  const branch = /^refs\/(?:heads|remotes\/[^/]+)\/([^/]+)$/.exec(ref)?.[1] ?? "";
  if (branch === "main") return `${latest}.0.0`;
  const [, minor] = /^release-(\d+\.\d+)$/.exec(branch) ?? [];
  return minor === undefined ? undefined : `${minor}.${latest}`;
}
