import { command } from "../../command.ts";
import { openOutput, shown } from "../../output.ts";
import { runningLab, stateOption } from "./state-option.ts";

export const consoleCommand = () =>
  command("console", {
    summary: "what a machine of a lab wrote on its serial console, over all its boots",
    examples: [
      ["talos-roles lab console n1", "all of it so far"],
      ["talos-roles lab console n1 --follow", "and what comes, until Ctrl-C"],
      ["talos-roles lab console n1 --service ext-tailscale", "what the service wrote"],
    ],
  })
    .argument("<machine>", "its name, as `lab status` has it")
    .option("--follow", "go on with what the machine writes")
    .option("--service <id>", "the log of one of its services instead: kubelet, ext-tailscale")
    .addOption(stateOption())
    .action(async (machine, { state, follow = false, service }) => {
      const { signal } = openOutput({});
      const { isTTY } = process.stdout;
      if (service !== undefined) return serviceLog(state, machine, service);
      const { readConsole } = await import("../../../lab/cluster/console.ts");
      const { consoleText } = await import("../../../report/printable.ts");
      const decoder = new TextDecoder();
      for await (const bytes of readConsole(state, machine, { follow, signal }))
        process.stdout.write(isTTY ? consoleText(decoder.decode(bytes, { stream: true })) : bytes);
    });

async function serviceLog(state: string, machine: string, service: string): Promise<void> {
  const { giveOrder } = await import("../../../lab/cluster/control.ts");
  const { text } = await giveOrder<{ text: string }>(await runningLab(state), "log", { machine, service });
  process.stdout.write(shown(text.endsWith("\n") ? text : `${text}\n`));
}
