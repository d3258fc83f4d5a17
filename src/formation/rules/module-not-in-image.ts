import { moduleOwner } from "../../catalog/module-owner.ts";
import { defaults } from "../../roles/defaults.ts";
import { nearest } from "../../roles/nearest.ts";
import { moduleName } from "../../talos/config/modules.ts";
import { builtInModules } from "../built-in-modules.ts";
import { impaired } from "../effects.ts";
import { imageHas } from "../needs.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";

export const moduleNotInImage = nodeRule({
  id: "module-not-in-image",
  severity: "warning",
  title: "The config loads a kernel module that the image does not have",
  reason:
    "Talos tries to load every module that the config lists and tries again for ever where it fails; boot goes on and nothing shows it. It is named here where the module belongs to an extension that is not in the image, or differs by a slip of the pen from one that is. Any other module may be part of the kernel, so nothing is said of it.",
  fix: "Correct the name, add the extension, or take the module out of the config.",
  rows: ["B8"],
  source: "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/kernel_module_spec.go",
  check: (subject) =>
    subject.modules
      .filter(({ maybe, name }) => !maybe && imageHas(subject, name) === false && !builtInModules.has(name))
      .flatMap((module) => judgeModule(subject, module)),
});

function judgeModule(subject: Subject, { name, written, at }: Subject["modules"][number]): Finding[] {
  const owner = moduleOwner(name, subject.profile.talos ?? defaults.cluster.talos);
  if (owner !== undefined)
    return [
      {
        message: `kernel module ${written} belongs to extension ${owner}, which is not in the image: it will not be loaded.`,
        severity: "info",
        at,
        fix: `Add ${owner} to the image, or take ${written} out of the config.`,
      },
    ];
  const listed = new Set(subject.modules.map((one) => one.name));
  const own = subject.contract.modules.map((one) => moduleName(one.name)).filter((one) => !listed.has(one));
  const [near] = nearest(name, own, 1);
  if (near === undefined) return [];
  return [
    {
      message: `no extension in the image has a kernel module ${written}; there is ${near}: did you mean that?`,
      at,
      fix: `Write ${near}.`,
      effects: impaired(`module ${written} is in the config but not in the image`),
    },
  ];
}
