import { unknown } from "../../roles/answer.ts";
import { neverReady } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";

const fix = "Build the image again, or take another; `talos-roles inspect` shows what is in it.";

export const imageUnbootable = nodeRule({
  id: "image-unbootable",
  severity: "error",
  title: "The image is not whole",
  reason:
    "Firmware starts a kernel, the kernel unpacks an initramfs, and Talos' init mounts the root file system in it: without one of them no machine starts. Other parts may be there in vain: a file whose folder is missing, which Linux drops, or a layer that no list names, which Talos does not mount. What that means for a node cannot be told from outside.",
  fix,
  rows: [],
  source: "linux: init/initramfs.c; siderolabs/talos: internal/app/init; UAPI.5 (Unified Kernel Image)",
  check: (subject) => [
    ...faultFindings(subject, "boot-files", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}.`,
      fix,
      effects: neverReady(`the image cannot start: ${fault.detail}`),
    })),
    ...faultFindings(subject, "image-doubt", (fault) => {
      const reason = `what ${culprit(fault)} does cannot be told: ${fault.detail}`;
      return {
        message: `${culprit(fault)}: ${fault.detail}.`,
        severity: "warning",
        fix,
        effects: { bootCompletes: unknown(reason), roleFunctional: unknown(reason) },
      };
    }),
  ],
});
