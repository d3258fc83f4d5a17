import { moduleText } from "../../machine/modules.ts";
import { hangs, mayHang } from "../effects.ts";
import { imageHas, loading, type NeededModule, neededModules } from "../needs.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { looksFine, waitText } from "../waits.ts";

export const moduleMissing = nodeRule({
  id: "module-missing",
  severity: "error",
  title: "An extension service waits for a device whose kernel module is never loaded",
  reason:
    "Talos loads kernel modules from the machine config only, never by itself. The zfs extension's service waits for /dev/zfs, which appears when the zfs module is loaded: without the module in the config (or without it in the image) boot never completes. Kernel arguments like zfs.zfs_arc_max, sysfs settings and udev rules load nothing.",
  fix: "List the module in the machine config, and have the extension that carries it in the image.",
  rows: ["B7", "C1"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/kernel_module_spec.go; siderolabs/extensions: storage/zfs/zfs-service.yaml; siderolabs/talos#9904",
  check: (subject) => neededModules(subject).flatMap((needed) => judgeModule(subject, needed)),
});

function judgeModule(subject: Subject, needed: NeededModule): Finding[] {
  const { service, module, hardware, path } = needed;
  const carried = imageHas(subject, module);
  if (carried === false) return [absent(needed)];
  const state = loading(subject, module);
  if (state === "no" && subject.blindSpots.length === 0) return [notListed(subject, needed)];
  if (state !== "yes") {
    const why =
      state === "maybe"
        ? "its module stands under a template's condition"
        : `its module ${module} is not seen, but ${subject.blindSpots[0]}`;
    return [{ effects: mayHang(service.name, why) }];
  }
  if (carried === undefined)
    return [
      {
        effects: mayHang(service.name, `whether the image has the module ${module} for ${path} is not known`),
      },
    ];
  return hardware === undefined
    ? []
    : [{ effects: mayHang(service.name, `${path} also needs ${hardware}, which no config shows`) }];
}

function notListed({ quirks }: Subject, { service, module, path }: NeededModule): Finding {
  return {
    message: `ext-${service.name} will wait for ever ("Waiting for ${waitText.path(path)}"): the machine config does not load the kernel module ${module}, and nothing else does. ${looksFine}.`,
    fix: moduleText([module], { asDocuments: quirks?.settingsAreDocuments ?? false }),
    effects: hangs(
      service.name,
      `${path}, which the kernel module ${module} makes, and the config does not load it`,
    ),
  };
}

function absent({ service, module, path }: NeededModule): Finding {
  return {
    message: `ext-${service.name} will wait for ever ("Waiting for ${waitText.path(path)}"): no extension in the image has the kernel module ${module}. ${looksFine}.`,
    fix: `Add the extension that carries the module ${module} to the image, or take ${service.extension} out.`,
    effects: hangs(service.name, `${path}, and no extension in the image has the kernel module ${module}`),
  };
}
