import { rejected } from "../effects.ts";
import type { ConfigProblem } from "../../talos/config/merge.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";

export const patchInvalid = nodeRule({
  id: "patch-invalid",
  severity: "error",
  title: "A patch cannot be applied",
  reason:
    "Strategic-merge patches pair documents by kind and name, and values by key; `$patch: delete` and JSON6902 operations need their target; up to Talos 1.13 a deletion also needs its document. Where one does not fit, talosctl stops, and the node does not get the config.",
  fix: "Correct the patch, or the config that it is for.",
  rows: ["B3"],
  source: "siderolabs/talos: pkg/machinery/config/configpatcher, merge/merge.go",
  check: (subject) =>
    subject.config.problems.flatMap((problem) =>
      problem.sort === "patch-document-absent" ? absent(subject, problem) : [finding(problem)],
    ),
});

const finding = (
  { message, at }: ConfigProblem,
  fix = "Correct the patch, or the config that it is for.",
) => ({
  message: `this patch cannot be applied: ${message}.`,
  at,
  fix,
  effects: rejected(message),
});

/** A document that is not seen may be there after all. */
function absent({ quirks, blindSpots }: Subject, problem: ConfigProblem): Finding[] {
  if (!quirks?.deletionNeedsDocument || blindSpots.length > 0) return [];
  const message = `${problem.message}: from Talos 1.14 on that is skipped, and up to 1.13 talosctl panics over it or writes an empty document`;
  return [finding({ ...problem, message }, "Leave the deletion out where the config has no such document.")];
}
