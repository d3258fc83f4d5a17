import { command } from "../../command.ts";
import { jsonOption } from "../../options.ts";
import { openOutput } from "../../output.ts";
import { stateOption } from "./state-option.ts";

export const downCommand = () =>
  command("down", {
    summary: "ends a lab and everything that it started, also after a crash, and removes its folder",
    examples: [["talos-roles lab down", "the lab of `talos-roles lab up`"]],
  })
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(async ({ state, ...options }) => {
      const output = openOutput(options);
      const { labDown } = await import("../../../lab/cluster/down.ts");
      output.result(await labDown(state), ({ ran, orphans }) => {
        const rest = orphans > 0 ? ` (${orphans} processes had been left behind)` : "";
        return ran ? `ended the lab in ${state}${rest}\n` : `no lab ran in ${state}${rest}\n`;
      });
    });
