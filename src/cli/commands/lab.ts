import { command } from "../command.ts";
import { consoleCommand } from "./lab/console.ts";
import { downCommand } from "./lab/down.ts";
import { fetchCommand } from "./lab/fetch.ts";
import { rebootCommand } from "./lab/reboot.ts";
import { routesCommand } from "./lab/routes.ts";
import { simulateCommand } from "./lab/simulate.ts";
import { statusCommand } from "./lab/status.ts";
import { superviseCommand } from "./lab/supervise.ts";
import { testCommand } from "./lab/test.ts";
import { upCommand } from "./lab/up.ts";
import { upstreamCommand } from "./lab/upstream.ts";

export const labCommand = () =>
  command("lab", {
    summary: "machines and simulated nodes on this computer, to try a cluster before it exists",
    examples: [
      ["talos-roles lab up", "boots your images in QEMU and forms a cluster"],
      ["talos-roles lab test", "the scenarios of ADR-004, played"],
      ["talos-roles lab down", "takes it all away"],
      [
        "talos-roles lab simulate --case B1 --state sim",
        "three simulated nodes, one of which has lost its config",
      ],
    ],
  })
    .addCommand(upCommand())
    .addCommand(statusCommand())
    .addCommand(consoleCommand())
    .addCommand(fetchCommand())
    .addCommand(rebootCommand())
    .addCommand(routesCommand())
    .addCommand(testCommand())
    .addCommand(downCommand())
    .addCommand(simulateCommand())
    .addCommand(upstreamCommand())
    .addCommand(superviseCommand(), { hidden: true });
