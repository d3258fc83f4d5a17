import { seconds } from "../../numbers.ts";
import { command } from "../../command.ts";
import { jsonOption } from "../../options.ts";
import { openOutput } from "../../output.ts";
import { runningLab, stateOption } from "./state-option.ts";

export const fetchCommand = () =>
  command("fetch", {
    summary: "asks for a page from inside a machine of a lab, or from the client outside through the tailnet",
    examples: [
      ["talos-roles lab fetch http://10.96.0.80/ --from n2", "the service, from a node"],
      ["talos-roles lab fetch 'http://10.244.2.2/?q=1' --from outside", "a pod, through the gateway alone"],
    ],
  })
    .argument("<url>", "an http:// address")
    .requiredOption("--from <machine>", "a machine, or `outside`")
    .option("--timeout <seconds>", "how long to ask again while no page comes", seconds, 30)
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(async (url, { state, from, timeout, ...options }) => {
      const output = openOutput(options);
      const { fetchPage } = await import("../../../lab/cluster/fetch-page.ts");
      const found = await fetchPage(await runningLab(state), { url, from, timeoutMs: timeout * 1000 });
      output.result(found, ({ body }) => (body.endsWith("\n") ? body : `${body}\n`));
      if (!found.ok) output.setStatus(1);
    });
