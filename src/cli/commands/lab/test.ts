import { Option } from "@commander-js/extra-typings";
import { command } from "../../command.ts";
import { jsonOption, progressOption } from "../../options.ts";
import { openOutput } from "../../output.ts";

export const testCommand = () =>
  command("test", {
    summary: "plays the cluster-formation scenarios, in the lab or against the cluster of roles.yaml",
    examples: [
      ["talos-roles lab test", "all six"],
      ["talos-roles lab test 02 03", "two of them"],
      ["talos-roles lab test --target live 02", "against a real cluster; it only reads"],
      ["talos-roles lab test --broken", "each with what it guards broken on purpose: all must notice it"],
    ],
  })
    .argument("[scenarios...]", "numbers or names")
    .addOption(
      new Option("--target <target>", "where").choices(["lab", "live"] as const).default("lab" as const),
    )
    .option(
      "--broken",
      "break what each scenario guards: it has to fail at the assertion that guards it, and nowhere else",
    )
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async (only, { target, broken, ...options }) => {
      const output = openOutput(options);
      const { playScenarios } = await import("../../../lab/cluster/scenarios.ts");
      const { scenariosText } = await import("../../../lab/cluster/scenarios-text.ts");
      const results = await playScenarios({
        only,
        target,
        broken,
        command: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
        emit: output.emit,
        signal: output.signal,
      });
      output.result(results, scenariosText);
      const good = broken ? "caught" : "passed";
      const inCi = process.env["CI"] !== undefined;
      if (results.some(({ status }) => status !== good && (status !== "skipped" || inCi)))
        output.setStatus(1);
    });
