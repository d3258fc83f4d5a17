import { ownValue } from "../../formats/own-value.ts";
import { moduleText } from "../../machine/modules.ts";
import { impaired } from "../effects.ts";
import { loading } from "../needs.ts";
import { nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";

/** Extensions that are for nothing without their module, and whose module nothing loads by itself: no hardware announces it. */
export const pointless: Readonly<Record<string, { module: string; use: string }>> = {
  "binfmt-misc": { module: "binfmt_misc", use: "programs of other architectures cannot be run" },
  btrfs: { module: "btrfs", use: "btrfs volumes cannot be mounted" },
  drbd: { module: "drbd", use: "LINSTOR cannot make a replicated volume" },
};

export const moduleNotLoaded = nodeRule({
  id: "module-not-loaded",
  severity: "warning",
  title: "The image has an extension whose kernel module is never loaded",
  reason:
    "Talos loads kernel modules from the machine config only. An extension like drbd has no service that would wait for its module, so boot completes without it, and the first volume fails.",
  fix: "List the module in the machine config.",
  rows: ["B7"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/kernel_module_spec.go; siderolabs/extensions: storage/drbd/README.md",
  check: (subject) => {
    if (subject.blindSpots.length > 0) return [];
    return notLoaded(subject).map(({ extension, module, use }) => ({
      message: `the image has extension ${extension}, and the config does not load its kernel module ${module}: ${use}.`,
      fix: moduleText([module], { asDocuments: subject.quirks?.settingsAreDocuments ?? false }),
      effects: impaired(`the kernel module ${module} of extension ${extension} is not loaded: ${use}`),
    }));
  },
});

const notLoaded = (subject: Subject) =>
  subject.extensions.flatMap(({ name }) => {
    const row = ownValue(pointless, name);
    return row && loading(subject, row.module) === "no" ? [{ extension: name, ...row }] : [];
  });
