import { hangs } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";
import { looksFine } from "../waits.ts";

export const serviceRootfs = nodeRule({
  id: "service-rootfs",
  severity: "error",
  title: "A service has no files to run from",
  reason:
    "A service runs from /usr/local/lib/containers/<its name>. Where that folder is missing the service fails before it starts, and is not tried again.",
  fix: "Report it to the extension's author.",
  rows: ["A9"],
  source: "siderolabs/talos: internal/app/machined/pkg/system/services/extension.go (PreFunc)",
  check: (subject) =>
    faultFindings(subject, "service-rootfs", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}. ${looksFine}.`,
      fix: "Report it to the extension's author, and use a build that is right.",
      effects: hangs(fault.service ?? fault.extension ?? "service", "files that its extension does not have"),
    })),
});
