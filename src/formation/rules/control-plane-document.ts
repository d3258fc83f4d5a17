import { controlPlaneKinds } from "../../talos/config/conflicts.ts";
import { rejected } from "../effects.ts";
import { nodeRule } from "../rule.ts";

export const controlPlaneDocument = nodeRule({
  id: "control-plane-document",
  severity: "error",
  title: "A document for control planes is in a worker's config",
  reason:
    "Some documents of Talos 1.14 are for control planes alone, and Talos refuses a worker's config that has one.",
  fix: "Put the document into the config of control planes only.",
  rows: ["B10"],
  source: "siderolabs/talos: pkg/machinery/config/container/validate.go (ControlplaneOnlyDocument)",
  check: ({ documents, profile }) =>
    profile.controlPlane === false
      ? documents
          .filter(({ kind, maybe }) => !maybe && kind !== undefined && controlPlaneKinds.includes(kind))
          .map(({ kind, at }) => ({
            message: `${kind} is for control planes, and this node is a worker: Talos refuses the config.`,
            at,
            fix: `Give ${kind} to control planes only.`,
            effects: rejected(`${kind} on a worker`),
          }))
      : [],
});
