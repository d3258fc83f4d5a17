import { hangs, impaired } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";
import { looksFine } from "../waits.ts";

export const extensionBinary = nodeRule({
  id: "extension-binary",
  severity: "error",
  title: "A program in an extension is for another kind of processor",
  reason:
    "An extension's image can name one architecture and hold the programs of another. The service's container is made and its program cannot be run: the service tries again for ever and never runs.",
  fix: "Report it to the extension's author, and use a build that is right.",
  rows: ["A4"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/system/services/extension.go; system/runner/containerd",
  check: (subject) =>
    faultFindings(subject, "binary-arch", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}.${fault.service ? ` ext-${fault.service} never runs. ${looksFine}.` : ""}`,
      severity: fault.service ? "error" : "warning",
      fix: "Use a build of the extension for this architecture.",
      effects: fault.service
        ? hangs(fault.service, `a program that this processor cannot run: ${fault.detail}`)
        : impaired(`${culprit(fault)}: ${fault.detail}`),
    })),
});
