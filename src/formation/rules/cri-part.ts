import { neverReady } from "../effects.ts";
import { culprit, faultFindings } from "../faults.ts";
import { nodeRule } from "../rule.ts";

export const criPart = nodeRule({
  id: "cri-part",
  severity: "error",
  title: "A part of the container runtime's config is no TOML",
  reason:
    "Extensions add parts to the config of the container runtime. One that cannot be read keeps the whole config from being made: the runtime waits, the kubelet waits for it, and the node never becomes Ready.",
  fix: "Report it to the extension's author.",
  rows: ["A10"],
  source: "siderolabs/talos: internal/app/machined/pkg/controllers/files/cri_config.go",
  check: (subject) =>
    faultFindings(subject, "cri-part", (fault) => ({
      message: `${culprit(fault)}: ${fault.detail}: the container runtime never starts, and neither does the kubelet.`,
      fix: "Report it to the extension's author, and use a build that is right.",
      effects: neverReady(`the container runtime's config cannot be made: ${fault.detail}`),
    })),
});
