import type { NodeToVerify } from "../../cluster/cluster-verdict.ts";
import type { VerifyOptions } from "../../cluster/verify.ts";
import type { Why } from "../../cluster/why.ts";
import { RolesError } from "../../errors.ts";
import * as cluster from "../cluster-options.ts";
import { command } from "../command.ts";
import { fileOption, jsonOption } from "../options.ts";
import { openOutput, shown } from "../output.ts";

export const whyCommand = () =>
  command("why", {
    summary: "what a node is waiting for, how long it has, and the patch to send",
    examples: [
      ["talos-roles why n2", "the cause, from its root to what is seen"],
      ["talos-roles why n2 --patch | talosctl -n n2 patch machineconfig --patch @/dev/stdin", "mend it"],
    ],
  })
    .argument("<node>", "a name or address of the inventory")
    .addOption(fileOption())
    .addOption(cluster.talosconfigOption())
    .addOption(cluster.contextOption())
    .addOption(cluster.kubeconfigOption())
    .addOption(cluster.kubeContextOption())
    .addOption(cluster.recordOption())
    .addOption(cluster.tailnetKeyOption())
    .addOption(cluster.tailnetUrlOption())
    .addOption(cluster.timeoutOption())
    .option("--patch", "print only the patch that mends it")
    .addOption(jsonOption())
    .action(async (name, options) => {
      const output = openOutput({ ...options, progress: "plain" });
      const { openCluster } = await import("../live-cluster.ts");
      const { observeAndJudge } = await import("../../cluster/verify.ts");
      const { writeMemory } = await import("../../cluster/memory.ts");
      const { whyOf } = await import("../../cluster/why.ts");
      const { whyReport } = await import("../../report/why.ts");
      const live = await openCluster(options, output.emit);
      try {
        const node = find(live.options, name);
        const { verdict, observed } = await observeAndJudge({
          ...live.options,
          nodes: [node],
          inventory: live.options.nodes,
        });
        await writeMemory(live.memory, live.options.boots, observed);
        const [found] = verdict.nodes;
        if (!found) return;
        const why = whyOf(found);
        if (options.patch) process.stdout.write(shown(patchOf(why)));
        else output.result(why, whyReport);
        if (found.talosVersion === null) output.setStatus(3);
        else if (why.cause !== null) output.setStatus(1);
      } finally {
        await live.close();
      }
    });

function find({ nodes, roles }: VerifyOptions, name: string): NodeToVerify {
  const node = nodes.find((one) => one.name === name || one.address === name);
  if (node) return node;
  throw new RolesError("USAGE", `no node "${name}" in ${roles.file}`, {
    hint: `It has: ${nodes.map((one) => one.name).join(", ")}.`,
  });
}

function patchOf({ node, title, fix, fixIsPatch }: Why): string {
  if (fixIsPatch) return fix ?? "";
  throw new RolesError("USAGE", `no patch mends ${node}: ${title}`, {
    hint: fix ?? "Nothing is to be mended.",
  });
}
