import pLimit from "p-limit";
import { RolesError, isRolesError } from "../errors.ts";
import { gitAsUser } from "./git.ts";
import type { Layout, Resolver } from "./layout.ts";
import { patchCozystack } from "./patch.ts";

/** What came of one ref of a clone. */
export interface SurveyedRef {
  ref: string;
  commit: string;
  outcome: Outcome;
}

export type Outcome =
  | { kind: "proven"; layout: Layout; resolver: Resolver; talos: string; committedProfiles: boolean }
  /** The layout was not understood, or the patch is there already; `reason` names the line. */
  | { kind: "refused"; code: string; reason: string }
  /** A patch was made, and is wrong. */
  | { kind: "unproven"; reason: string };

export interface SurveyOptions {
  /** Patterns of git for refs; without them every branch, tag, remote branch and pull request. */
  refs?: readonly string[];
  /** Told after each combination of files that was new. */
  onProven?: (progress: { ref: string; combinations: number; refs: number }) => void;
}

/** What decides whether a patch can be made, and what it does: nothing else of a commit is read. */
const decisive = ["talos", "installer"]
  .flatMap((name) =>
    ["Makefile", "hack", "images/matchbox", "images/talos"].map((path) => `packages/core/${name}/${path}`),
  )
  .concat("hack/common-envs.mk", "scripts/common-envs.mk");

/**
 * Makes and proves the patch for every ref of a clone. Refs whose build machinery is the same, file for file, are
 * proven once. Errors: NOT_A_CHECKOUT, TOOL_MISSING.
 */
export async function surveyRefs(
  directory: string,
  { refs = ["refs/heads", "refs/tags", "refs/remotes", "refs/pull"], onProven }: SurveyOptions = {},
): Promise<SurveyedRef[]> {
  const all = await listRefs(directory, refs);
  const outcomes = new Map<string, Promise<Outcome>>();
  const limit = pLimit(2);
  const outcomeOf = (key: string, ref: string, commit: string): Promise<Outcome> => {
    const known = outcomes.get(key);
    if (known) return known;
    const made = limit(() => outcomeFor(directory, commit));
    outcomes.set(key, made);
    void made.then(
      () => onProven?.({ ref, combinations: outcomes.size, refs: all.length }),
      () => {},
    );
    return made;
  };
  const listings = pLimit(4);
  return Promise.all(
    all.map(async ({ ref, commit }) => {
      const key = await listings(() => machineryOf(directory, commit));
      return { ref, commit, outcome: await outcomeOf(key, ref, commit) };
    }),
  );
}

interface Ref {
  ref: string;
  commit: string;
}

async function listRefs(directory: string, patterns: readonly string[]): Promise<Ref[]> {
  // `*objectname` is the commit of an annotated tag.
  const format = "%(refname)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(*objecttype)";
  const listed = await gitAsUser(["-C", directory, "for-each-ref", `--format=${format}`, ...patterns]);
  const refs = listed.split("\n").flatMap((line) => {
    const [ref = "", own = "", peeled = "", type, peeledType] = line.split("\0");
    if (type === "commit") return [{ ref, commit: own }];
    return peeledType === "commit" ? [{ ref, commit: peeled }] : [];
  });
  if (refs.length > 0) return refs;
  throw new RolesError("NOT_A_CHECKOUT", `${directory} has no branch and no tag`, {
    hint: "Clone CozyStack with git, with its tags.",
  });
}

const machineryOf = (directory: string, commit: string): Promise<string> =>
  gitAsUser(["-C", directory, "ls-tree", "-r", "-z", "--full-tree", commit, "--", ...decisive]);

async function outcomeFor(directory: string, commit: string): Promise<Outcome> {
  try {
    const { layout, resolver, talos, committedProfiles } = await patchCozystack(directory, { ref: commit });
    return { kind: "proven", layout, resolver, talos, committedProfiles };
  } catch (error) {
    if (isRolesError(error, "PATCH_UNPROVEN")) return { kind: "unproven", reason: error.message };
    if (isRolesError(error, "LAYOUT_UNKNOWN", "ALREADY_PATCHED")) {
      return { kind: "refused", code: error.code, reason: error.message };
    }
    throw error;
  }
}
