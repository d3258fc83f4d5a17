import { command } from "../../command.ts";
import { openOutput } from "../../output.ts";
import { stateOption } from "./state-option.ts";

const exitMs = 2000;

/** Started by `lab up` alone, as a process of its own. */
export const superviseCommand = () =>
  command("supervise", {
    summary: "looks after the machines of a lab; `lab up` starts it",
    examples: [["talos-roles lab supervise --state lab", "what `lab up` starts, as a process of its own"]],
  })
    .addOption(stateOption())
    .action(async ({ state }) => {
      const { signal } = openOutput({});
      const { supervise } = await import("../../../lab/cluster/supervise.ts");
      try {
        await supervise({ state, lifeline: process.stdin, signal });
      } finally {
        // Nothing that is left open, the lifeline least of all, is to keep this process.
        process.stdin.destroy();
        setTimeout(() => process.exit(), exitMs).unref();
      }
    });
