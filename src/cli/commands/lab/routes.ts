import { Argument } from "@commander-js/extra-typings";
import { command } from "../../command.ts";
import { runningLab, stateOption } from "./state-option.ts";

export const routesCommand = () =>
  command("routes", {
    summary: "approves the routes that a lab's gateway offers to its tailnet, or takes the approval back",
    examples: [
      ["talos-roles lab routes withdraw", "as before anybody has approved them"],
      ["talos-roles lab routes approve", "as an administrator of the tailnet does"],
    ],
  })
    .addArgument(new Argument("<what>", "what to do").choices(["approve", "withdraw"] as const))
    .addOption(stateOption())
    .action(async (what, { state }) => {
      const { giveOrder } = await import("../../../lab/cluster/control.ts");
      await giveOrder(await runningLab(state), "routes", { approve: String(what === "approve") });
    });
