import { hangs } from "../effects.ts";
import { unconfigurable } from "../needs.ts";
import { nodeRule } from "../rule.ts";

export const containerMode = nodeRule({
  id: "container-mode",
  severity: "error",
  title: "In a container, Talos never hands a service its config document",
  reason:
    "Where Talos runs as a container (the docker provisioner), the part of it that writes the files of an ExtensionServiceConfig is off. A service that waits for its document waits for ever, whether the document is there or not. Kernel modules and udev are off as well.",
  fix: "Test such a role in virtual machines (`talos-roles boot`, `talos-roles lab`, or talosctl's qemu provisioner).",
  rows: ["B13"],
  source: "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/extension_service_config_files.go",
  check: (subject) =>
    unconfigurable(subject).map(({ name, extension }) => ({
      message: `ext-${name} will wait for ever: extension ${extension} needs a config document, and Talos in a container never hands one to a service.`,
      fix: "Run this role in virtual machines instead of containers.",
      effects: hangs(name, "its config document, which Talos in a container never hands over"),
    })),
});
