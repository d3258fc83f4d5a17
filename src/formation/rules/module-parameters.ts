import { ownValue } from "../../formats/own-value.ts";
import { moduleParameters, moduleText } from "../../machine/modules.ts";
import { doubtful } from "../effects.ts";
import { nodeRule } from "../rule.ts";

export const moduleParametersRule = nodeRule({
  id: "module-parameters",
  severity: "warning",
  title: "A kernel module is loaded without a parameter that it needs on Talos",
  reason:
    "drbd calls a helper program for every event unless it is told not to, and Talos has no such program: without `usermode_helper=disabled` DRBD misbehaves when a peer is lost. A module's parameters are set when it is loaded, so that a change needs a reboot.",
  fix: "Give the module its parameter in the machine config.",
  rows: ["B9"],
  source: "siderolabs/extensions: storage/drbd/README.md; cozystack/talm: charts/cozystack",
  check: ({ modules, quirks, extensions }) =>
    modules.flatMap(({ name, parameters, at, maybe }) => {
      const missing = (ownValue(moduleParameters, name) ?? []).filter((one) => !parameters.includes(one));
      if (maybe || missing.length === 0 || !extensions.some((one) => one.name === name)) return [];
      const twin = modules.some(
        (other) => other.name === name && missing.every((one) => other.parameters.includes(one)),
      );
      if (twin) return [];
      return [
        {
          message: `kernel module ${name} is loaded without ${missing.join(" ")}.`,
          at,
          fix: moduleText([name], { asDocuments: quirks?.settingsAreDocuments ?? false }),
          effects: doubtful(`kernel module ${name} lacks ${missing.join(" ")}`),
        },
      ];
    }),
});
