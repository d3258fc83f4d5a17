import { moduleName } from "../../talos/config/modules.ts";
import { hangs, impaired } from "../effects.ts";
import { neededModules } from "../needs.ts";
import type { ImageExtension } from "../model.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { looksFine } from "../waits.ts";

export const extensionVersion = nodeRule({
  id: "extension-version",
  severity: "error",
  title: "An extension with kernel modules is of another Talos release",
  reason:
    "Kernel modules are signed with a key that is made for each build of Talos' kernel, and the kernel takes no other. An extension's version ends with the Talos version it was built for (`9.3.3-v1.13.6`): with another Talos its modules do not load, and a service that waits for one of their devices waits for ever.",
  fix: "Use the extension's build for this Talos version; `talos-roles lock` finds it.",
  rows: ["A5"],
  source:
    "siderolabs/pkgs: kernel configs (MODULE_SIG_FORCE, MODVERSIONS); siderolabs/talos: internal/pkg/extensions/kernel_modules.go",
  check: (subject) => subject.extensions.flatMap((extension) => judge(subject, extension)),
});

function judge(subject: Subject, extension: ImageExtension): Finding[] {
  const { name, version = "", contract } = extension;
  const why = mismatch(subject, extension);
  if (why === undefined) return [];
  const names = new Set((contract?.modules ?? []).map((module) => moduleName(module.name)));
  const waiting = neededModules(subject).find(({ module }) => names.has(moduleName(module)));
  const then = waiting ? ` ext-${waiting.service.name} then waits for ever. ${looksFine}.` : "";
  return [
    {
      message: `extension ${name} ${version} ${why}: its kernel modules do not load.${then}`,
      severity: waiting ? "error" : "warning",
      fix: `Use the build of ${name} for Talos ${talosOf(subject) ?? "this version"}.`,
      effects: waiting
        ? hangs(
            waiting.service.name,
            `${waiting.path}, whose module ${waiting.module} was built for another Talos`,
          )
        : impaired(`the modules of ${name} do not load`),
    },
  ];
}

const talosOf = ({ image, profile }: Subject): string | undefined => image.talos ?? profile.talos;

function mismatch(subject: Subject, { version = "", contract }: ImageExtension): string | undefined {
  const modules = contract?.modules ?? [];
  if (modules.length === 0) return undefined;
  const [, built] = /-(v\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?)$/.exec(version) ?? [];
  const talos = talosOf(subject);
  if (built !== undefined && talos !== undefined && built !== talos)
    return `was built for Talos ${built}, and the image is ${talos}`;
  const kernel = subject.image.kernelRelease;
  const foreign = modules.find(({ release }) => release !== "" && release !== kernel);
  return foreign && kernel !== undefined
    ? `has modules for kernel ${foreign.release}, and the image's kernel is ${kernel}`
    : undefined;
}
