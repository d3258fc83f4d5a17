import { command } from "../../command.ts";
import { numberWithin } from "../../numbers.ts";
import { openOutput } from "../../output.ts";

export const simulateCommand = () =>
  command("simulate", {
    summary: "runs simulated nodes that speak the Talos API, until Ctrl-C",
    examples: [
      ["talos-roles lab simulate --state sim", "three nodes that are well"],
      [
        "talos-roles lab simulate --nodes 20 --case B7 --speed 60 --state sim",
        "one of twenty without its kernel module, an hour in a minute",
      ],
      [
        "talos-roles lab simulate -f roles.yaml --state sim",
        "your own nodes, with the configs that were written for them",
      ],
      ["talos-roles verify -f sim/roles.yaml --talosconfig sim/talosconfig", "in another terminal"],
    ],
  })
    .option("-f, --file <path>", "simulate the nodes of this roles file, each with the config written for it")
    .requiredOption("--state <folder>", "where talosconfig, kubeconfig and roles.yaml are written")
    .option("--nodes <number>", "how many", numberWithin({ from: 1, to: 10_000 }), 3)
    .option("--case <row>", "the row of the failure taxonomy that one node is in", "well")
    .option(
      "--speed <factor>",
      "how many times as fast as the wall's the nodes' clock runs",
      numberWithin({ from: 0.001, to: 100_000, fractions: true }),
      1,
    )
    .option(
      "--net <number>",
      "the nodes' addresses begin with 127.<number>",
      numberWithin({ from: 1, to: 255 }),
      80,
    )
    .action(async ({ state, nodes, case: row, speed, net, file }) => {
      const output = openOutput({ progress: "plain" });
      const { simulate } = await import("../../../lab/simulate/simulate.ts");
      const { simulateRoles } = await import("../../../lab/simulate/simulate-roles.ts");
      const simulation =
        file === undefined
          ? await simulate({ state, nodes, row, speed, net })
          : await simulateRoles({ state, file, speed, net });
      output.emit({
        type: "note",
        level: "info",
        text: `${simulation.nodes.length} simulated nodes run${file === undefined ? `, one in case ${row}` : ""}; ${state}/talosconfig talks to them. Ctrl-C stops them.`,
      });
      await new Promise<void>((resolve) =>
        output.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      await simulation.close();
    });
