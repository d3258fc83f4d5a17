import { command } from "../command.ts";
import { jsonOption } from "../options.ts";
import { openOutput } from "../output.ts";

export const explainCommand = () =>
  command("explain", {
    summary: "what a rule of `check` means, why, and its fix",
    examples: [
      ["talos-roles explain service-config-missing", "one rule"],
      ["talos-roles explain", "all of them, in a list"],
      ["talos-roles explain module-missing --json", "as data"],
    ],
  })
    .argument("[rule]", "the rule's id, as findings show it")
    .addOption(jsonOption())
    .action(async (id, options) => {
      const output = openOutput(options);
      const { rules } = await import("../../formation/rules.ts");
      const { ruleData, rulesText, ruleText } = await import("../../report/rule.ts");
      if (id === undefined) return output.result(rules.map(ruleData), (_, width) => rulesText(rules, width));
      const { findRule } = await import("../../formation/find-rule.ts");
      const rule = findRule(id);
      output.result(ruleData(rule), () => ruleText(rule));
    });
