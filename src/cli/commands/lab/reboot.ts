import { command } from "../../command.ts";
import { runningLab, stateOption } from "./state-option.ts";

export const rebootCommand = () =>
  command("reboot", {
    summary: "boots a machine of a lab again, if wanted with another role's image, as after an upgrade",
    examples: [
      ["talos-roles lab reboot n1", "with the image that it has"],
      ["talos-roles lab reboot n2 --image gateway", "a wrong upgrade: what does verify say of it?"],
    ],
  })
    .argument("<machine>", "its name, as `lab status` has it")
    .option("--image <role>", "the role whose image it boots; it falls back when that boot fails")
    .addOption(stateOption())
    .action(async (machine, { state, image }) => {
      const { giveOrder } = await import("../../../lab/cluster/control.ts");
      const args = { machine, ...(image === undefined ? {} : { image }) };
      await giveOrder(await runningLab(state), "restart", args);
    });
