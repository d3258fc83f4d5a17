import { neverReady } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";

export const extensionIncompatible = nodeRule({
  id: "extension-incompatible",
  severity: "error",
  title: "An extension is not for this Talos version",
  reason:
    "An extension says which Talos versions it is for, and its files must lie where Talos allows them. An image with one that does not fit is not built; built by other means, it hides files of Talos itself.",
  fix: "Use a build of the extension for this Talos version.",
  rows: ["A7"],
  source: "siderolabs/talos: pkg/machinery/extensions/{validate,extensions}.go",
  check: (subject) =>
    faultFindings(subject, "incompatible", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}.`,
      fix: "Use a build of the extension for this Talos version.",
      effects: neverReady(`no sound image can be built: ${culprit(fault)} ${fault.detail}`),
    })),
});
