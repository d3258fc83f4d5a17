import { machineFiles } from "../../talos/config/settings.ts";
import { neverReady } from "../effects.ts";
import { nodeRule } from "../rule.ts";

/** The one file outside /var that Talos lets a config make: it is an addition to the CRI's own config. */
const customization = "/etc/cri/conf.d/20-customization.part";

export const machineFilesRule = nodeRule({
  id: "machine-files",
  severity: "error",
  title: "A file is to be made where Talos cannot make one",
  reason:
    "Talos' file system is read-only but for /var. With `op: create` for another path the boot stops for 35 minutes and fails, before Kubernetes is started; `talosctl bootstrap` says that it is not available yet.",
  fix: "Make the file under /var, or use `op: overwrite` for one that exists.",
  rows: ["B11"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/runtime/v1alpha1/v1alpha1_sequencer_tasks.go (userSetup, FailurePauseTimeout)",
  check: ({ documents }) =>
    machineFiles(documents)
      .filter(
        ({ path, op }) =>
          op === "create" &&
          path !== undefined &&
          !/^\/var(?:\/|$)/.test(path.text) &&
          path.text !== customization,
      )
      .map(({ path, at }) => ({
        message: `\`machine.files\` is to create ${path?.text}, and Talos can make files under /var only: boot fails before Kubernetes is started.`,
        at: path?.at ?? at,
        fix: "Choose a path under /var, or `op: overwrite` for a file that exists.",
        effects: neverReady(
          `\`machine.files\` cannot create ${path?.text}; Talos reboots after 35 minutes, every time`,
        ),
      })),
});
