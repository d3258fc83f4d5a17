import { neverReady } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";

export const imageSize = nodeRule({
  id: "image-size",
  severity: "error",
  title: "The image does not fit its boot partition",
  reason:
    "The boot partition must hold two systems, so that an upgrade can go back: 1000 MiB up to Talos 1.10, 2000 MiB from 1.11 on, for disks installed since. Firmware and drivers are the usual weight. An image that does not fit cannot be installed or upgraded to.",
  fix: "Leave extensions out that the role does not need; `talos-roles inspect` shows what each weighs.",
  rows: ["A11"],
  source: "siderolabs/talos: pkg/machinery/imager/quirks",
  check: (subject) =>
    faultFindings(subject, "image-size", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}.`,
      fix: "Leave extensions out that the role does not need.",
      effects: neverReady(`it cannot be installed: ${fault.detail}`),
    })),
});
