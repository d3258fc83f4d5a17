import { Option } from "@commander-js/extra-typings";
import * as cluster from "../cluster-options.ts";
import { command } from "../command.ts";
import { fileOption, jsonOption } from "../options.ts";
import { numberWithin } from "../numbers.ts";
import { openOutput } from "../output.ts";
import { runVerify, spinImage } from "../run-verify.ts";
import { runWatch } from "../run-watch.ts";

/** A week at most: what is not formed by then is looked at, not watched. */
const minutes = numberWithin({ from: 0.001, to: 10_080, fractions: true, of: "minutes" });

export const verifyCommand = () =>
  command("verify", {
    summary: "the verdict on a live cluster: three answers for every node; it only reads",
    examples: [
      ["talos-roles verify", "the nodes of roles.yaml, through your talosconfig"],
      ["talos-roles verify --watch", "follow a formation: what each node waits for, until it is formed"],
      ["talos-roles verify --html report.html", "a page to look at, or to send to somebody"],
      ["talos-roles verify --tailnet-key env:TS_API_KEY", "are the gateway's routes approved, too?"],
      ["talos-roles verify --json --strict", "as JSON; an unknown answer counts as no"],
    ],
  })
    .addOption(fileOption())
    .addOption(cluster.talosconfigOption())
    .addOption(cluster.contextOption())
    .addOption(cluster.kubeconfigOption())
    .addOption(cluster.kubeContextOption())
    .addOption(cluster.recordOption())
    .addOption(cluster.tailnetKeyOption())
    .addOption(cluster.tailnetUrlOption())
    .addOption(cluster.timeoutOption())
    .addOption(cluster.atOnceOption())
    .option("--strict", "an answer that is unknown keeps the cluster from counting as formed")
    .option(
      "--run-workload",
      "run one short, labelled pod for each role, and take it away: the only thing ever written",
    )
    .option("--workload-image <reference>", "the Spin application that is run", spinImage)
    .addOption(
      new Option(
        "--watch",
        "follow the nodes until the cluster is formed, or the deadline has passed",
      ).conflicts("runWorkload"),
    )
    .option("--deadline <minutes>", "how long to watch", minutes, 75)
    .option("--html <path>", "write the verdict as one page too")
    .addOption(jsonOption())
    .action((options) => {
      const output = openOutput({ ...options, progress: "plain" });
      return options.watch ? runWatch(options, output) : runVerify(options, output);
    });
