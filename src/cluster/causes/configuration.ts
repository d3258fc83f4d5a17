import { ownValue } from "../../formats/own-value.ts";
import { pointless } from "../../formation/rules/module-not-loaded.ts";
import { moduleText } from "../../machine/modules.ts";
import { formationQuirks } from "../../talos/quirks.ts";
import { valueOr } from "../observation.ts";
import type { Cause, Row } from "./cause.ts";
import { badParameters } from "./module-parameters.ts";

/** B9: a module that loads, but without a parameter it needs to be of use. */
const wrongParameter: Row = (one) =>
  badParameters(one).map(({ name, parameters, missing }): Cause => ({
    row: "B9",
    title: `module ${name} lacks ${missing.join(", ")}`,
    chain: [
      `the machine config loads ${name} without ${missing.join(", ")}`,
      `${name} is live, and what stands on it does not work`,
      "a parameter of a loaded module changes with a reboot only",
    ],
    evidence: [{ source: "KernelModuleSpec", text: `${name}: parameters ${parameters.join(" ") || "none"}` }],
    blocksBoot: false,
    blocksKubernetes: false,
    patch: moduleText([name], {
      asDocuments: formationQuirks(one.expected.talosVersion)?.settingsAreDocuments ?? false,
    }),
  }));

/** B7 without anybody waiting: the extension is for nothing without its module, and no service says so. */
const idleExtension: Row = ({ observation, expected }) => {
  const { extensions, wantedModules, modules } = observation;
  if (!extensions.known || !wantedModules.known || !modules.known) return [];
  const loaded = new Set(
    [...wantedModules.value, ...modules.value].map(({ name }) => name.replaceAll("-", "_")),
  );
  const own = new Set(expected.extensions.map(({ name }) => name));
  return extensions.value.flatMap(({ name }): Cause[] => {
    const row = ownValue(pointless, name);
    if (!row || !own.has(name) || loaded.has(row.module)) return [];
    return [
      {
        row: "B7",
        title: `kernel module ${row.module} is not in the machine config`,
        chain: [
          `machine.kernel.modules does not list ${row.module}, and Talos loads no module by itself`,
          `no service waits for it, so the node boots and looks well`,
          row.use,
        ],
        evidence: [{ source: "KernelModuleSpec", text: `no ${row.module}` }],
        blocksBoot: false,
        blocksKubernetes: false,
        patch: moduleText([row.module], {
          asDocuments: formationQuirks(expected.talosVersion)?.settingsAreDocuments ?? false,
        }),
      },
    ];
  });
};

const outsideVar = /create operation not allowed outside of \/var: "?([^"]*)"?/;

/** B11: machine.files wants a file where Talos lets none be made; the boot fails before it starts the services. */
const forbiddenFile: Row = ({ observation }) => {
  const line = observation.log.findLast(({ text }) => outsideVar.test(text.replaceAll('\\"', '"')));
  if (!line || valueOr(observation.machine, { stage: "running" }).stage !== "booting") return [];
  const [, path = ""] = outsideVar.exec(line.text.replaceAll('\\"', '"')) ?? [];
  return [
    {
      row: "B11",
      title: `machine.files may not create ${path}`,
      chain: [
        `machine.files creates ${path}, which lies outside /var`,
        "Talos stops this boot before it starts the kubelet, and pauses for 35 minutes",
        "after that the boot fails and the node reboots; `talosctl bootstrap` is not available until then",
      ],
      evidence: [line],
      blocksBoot: true,
      blocksKubernetes: true,
      advice: `Take ${path} out of machine.files, or write it below /var.`,
    },
  ];
};

export const configurationRows: Row[] = [wrongParameter, idleExtension, forbiddenFile];
