import { command } from "../../command.ts";
import { jsonOption } from "../../options.ts";
import { openOutput } from "../../output.ts";
import { runningLab, stateOption } from "./state-option.ts";

export const statusCommand = () =>
  command("status", {
    summary: "the machines of a lab, and what each waits for",
    examples: [
      ["talos-roles lab status", "machines, service, tailnet"],
      ["talos-roles lab status --json", "with the traffic between machines and every event"],
    ],
  })
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(async ({ state, ...options }) => {
      const output = openOutput(options);
      const { giveOrder } = await import("../../../lab/cluster/control.ts");
      const { labStatusText } = await import("../../../lab/cluster/status-text.ts");
      type Status = Parameters<typeof labStatusText>[0];
      output.result(await giveOrder<Status>(await runningLab(state), "status"), labStatusText);
    });
