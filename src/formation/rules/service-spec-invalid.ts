import { impaired } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";

export const serviceSpecInvalid = nodeRule({
  id: "service-spec-invalid",
  severity: "warning",
  title: "A service of an extension will never appear",
  reason:
    "Talos skips a service definition that it cannot read, that has the name of one already loaded, or whose file does not end with .yaml: a line in the log, and no service. The boot completes without it.",
  fix: "Report it to the extension's author.",
  rows: ["A8"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/extension_service.go; pkg/machinery/extensions/services",
  check: (subject) =>
    faultFindings(subject, "service-spec", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}: Talos skips it, and the service never exists.`,
      fix: "Report it to the extension's author, and use a build that is right.",
      effects: impaired(`${culprit(fault)} has a service that Talos skips`),
    })),
});
