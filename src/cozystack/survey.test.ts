import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layoutFiles } from "./fixtures/layout-files.ts";
import { commitFiles, makeRepository } from "./fixtures/repository.ts";
import { git } from "./git.ts";
import { faultsOfSurvey } from "./judge-survey.ts";
import { type SurveyedRef, surveyRefs } from "./survey.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozystack-survey-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a survey of a clone", () => {
  it("proves each combination once, and refuses what it must", async () => {
    const clone = join(folder, "clone");
    await makeRepository(clone, layoutFiles("C"), { tag: "v0.41.0" });
    await commitFiles(clone, { "README.md": "another release with the same machinery\n" });
    await git([
      "-C",
      clone,
      "-c",
      "user.name=x",
      "-c",
      "user.email=x@example.org",
      "tag",
      "-am",
      "x",
      "v0.41.1",
    ]);
    await git(["-C", clone, "rm", "-rq", "packages"]);
    await commitFiles(clone, layoutFiles("B2"));
    await git(["-C", clone, "tag", "v0.29.0"]);
    await git(["-C", clone, "tag", "no-commit", "HEAD:README.md"]);
    await git(["-C", clone, "rm", "-rq", "packages"]);
    await commitFiles(clone, layoutFiles("F"));
    const proven: string[] = [];
    const rows = await surveyRefs(clone, { onProven: ({ ref }) => proven.push(ref) });
    expect(Object.fromEntries(rows.map(({ ref, outcome }) => [ref, outcome.kind]))).toEqual({
      "refs/heads/main": "proven",
      "refs/tags/v0.29.0": "refused",
      "refs/tags/v0.41.0": "proven",
      "refs/tags/v0.41.1": "proven",
    });
    expect(proven).toHaveLength(3);
    expect(faultsOfSurvey(rows)).toEqual([]);
  });

  it("a clone without refs is refused", async () => {
    const empty = join(folder, "empty");
    await git(["init", "--quiet", empty]);
    await expect(surveyRefs(empty)).rejects.toMatchObject({ code: "NOT_A_CHECKOUT" });
  });
});

describe("what may not come of a release", () => {
  const row = (ref: string, outcome: SurveyedRef["outcome"]): SurveyedRef => ({ ref, commit: "0", outcome });
  const proven = { kind: "proven", layout: "B3", talos: "v1.10.5", committedProfiles: true } as const;
  const digests = { ...proven, resolver: "digests" } as const;
  const odd = { kind: "refused", code: "LAYOUT_UNKNOWN", reason: "Makefile:3: odd" } as const;
  const inCluster = { ...odd, reason: "Makefile:9: layout B2 builds inside a Kubernetes cluster" };

  it("a refusal, a wrong patch, or tags where there are digests", () => {
    expect(
      faultsOfSurvey([
        row("refs/tags/v1.0.0", odd),
        row("refs/heads/feature", odd),
        row("refs/heads/other", { kind: "unproven", reason: "wrong" }),
        row("refs/tags/v0.35.1", { ...proven, resolver: "tags" }),
        row("refs/tags/v0.35.2", { ...proven, resolver: "tags" }),
      ]),
    ).toEqual([
      "refs/tags/v1.0.0: Makefile:3: odd",
      "refs/heads/other: wrong",
      "refs/tags/v0.35.2: it finds extensions by tags",
    ]);
  });

  it("the main branch and those of releases are held to the same, wherever a clone has them", () => {
    const refs = ["refs/heads/main", "refs/remotes/origin/main", "refs/remotes/origin/release-1.6"];
    expect(faultsOfSurvey(refs.map((ref) => row(ref, odd)))).toEqual(
      refs.map((ref) => `${ref}: Makefile:3: odd`),
    );
    expect(faultsOfSurvey(refs.map((ref) => row(ref, inCluster)))).toHaveLength(3);
    expect(faultsOfSurvey(refs.map((ref) => row(ref, { ...proven, resolver: "tags" })))).toHaveLength(3);
    const early = ["refs/heads/release-0.24", "refs/heads/release-0.29"];
    expect(faultsOfSurvey(early.map((ref) => row(ref, inCluster)))).toEqual([]);
    expect(faultsOfSurvey(early.map((ref) => row(ref, { ...proven, resolver: "tags" })))).toEqual([]);
    expect(faultsOfSurvey(refs.map((ref) => row(ref, digests)))).toEqual([]);
  });

  it("v0.22.0 to v0.29.0 are refused for what they are, and no other release is", () => {
    const tag = (version: string) => `refs/tags/${version}`;
    expect(
      faultsOfSurvey([
        row(tag("v0.22.0"), inCluster),
        row(tag("v0.25.3"), odd),
        row(tag("v0.29.0"), { ...proven, resolver: "tags" }),
        row(tag("v0.29.1"), inCluster),
        row(tag("v0.21.1"), inCluster),
      ]),
    ).toEqual([
      "refs/tags/v0.25.3: Makefile:3: odd",
      "refs/tags/v0.29.0: it builds inside a cluster, and was not refused",
      `refs/tags/v0.29.1: ${inCluster.reason}`,
      `refs/tags/v0.21.1: ${inCluster.reason}`,
    ]);
  });
});
