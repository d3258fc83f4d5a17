import { conflictsOf } from "../../talos/config/conflicts.ts";
import { rejected } from "../effects.ts";
import { nodeRule } from "../rule.ts";

export const configConflict = nodeRule({
  id: "config-conflict",
  severity: "error",
  title: "The same thing is set in a document and in the old place",
  reason:
    "From Talos 1.12 on, and mostly from 1.14 on, settings of `machine` and `cluster` have documents of their own, and Talos refuses a config that has both. `talosctl gen config` for 1.14 writes the documents, so that a patch for the old place, laid over it, is refused.",
  fix: "Keep one of the two: the document from Talos 1.14 on, the old place before.",
  rows: ["B10"],
  source: "siderolabs/talos: pkg/machinery/config/container/validate.go (V1Alpha1ConflictValidate)",
  check: ({ documents }) =>
    conflictsOf(documents).map(({ kind, path, document, field }) => ({
      message: `\`${path}\` cannot stand beside the ${kind} document (${document.file}:${document.line}): Talos refuses the config.`,
      at: field,
      fix: `Move what \`${path}\` says into the ${kind} document, and remove it here.`,
      effects: rejected(`\`${path}\` beside ${kind}`),
    })),
});
