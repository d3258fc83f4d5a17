import type { ExtensionFault } from "../../talos/extension-fault.ts";
import { hangs, impaired } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { neededModules } from "../needs.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { looksFine } from "../waits.ts";

export const moduleUnloadable = nodeRule({
  id: "module-unloadable",
  severity: "error",
  title: "A kernel module in the image cannot be loaded",
  reason:
    "Talos' kernel takes only modules that were signed with the key of its own build, and it finds them by the list modules.dep in the image. A module without a signature, or one that the list does not have, is not loaded, and what waits for its device waits for ever.",
  fix: "Use the official build of the extension for this Talos version, and build the image again.",
  rows: ["A6"],
  source:
    "siderolabs/pkgs: kernel configs (MODULE_SIG_FORCE); siderolabs/talos: internal/pkg/extensions/kernel_modules.go",
  check: (subject) =>
    (["module-signature", "module-list"] as const).flatMap((sort) =>
      faultFindings(subject, sort, (fault) => judge(subject, fault)),
    ),
});

function judge(subject: Subject, fault: ExtensionFault): Finding {
  const waiting = neededModules(subject).find(
    ({ service }) => fault.extension === undefined || service.extension === fault.extension,
  );
  const then = waiting ? ` ext-${waiting.service.name} then waits for ever. ${looksFine}.` : "";
  return {
    message: `${culprit(fault)}: ${fault.detail}: the kernel does not load it.${then}`,
    severity: waiting ? "error" : "warning",
    fix: "Use the official build of the extension for this Talos version, and build the image again.",
    effects: waiting
      ? hangs(waiting.service.name, `${waiting.path}, and the kernel does not load the module`)
      : impaired(`${culprit(fault)}: ${fault.detail}`),
  };
}
