import { Option } from "@commander-js/extra-typings";
import { architectures } from "../../talos/arch.ts";
import { command } from "../command.ts";
import { fileOption, jsonOption } from "../options.ts";
import { openOutput } from "../output.ts";

export const initCommand = () =>
  command("init", {
    summary: "writes roles.yaml with compute and gateway, ready to edit",
    examples: [
      ["talos-roles init", "asks on a terminal, else takes the defaults"],
      ["talos-roles init --talos v1.13.6 --arch arm64", "without questions"],
    ],
  })
    .addOption(fileOption())
    .option("--talos <version>", "the Talos version, like v1.13.6")
    .addOption(new Option("--arch <arch>", "the architecture of the nodes").choices(architectures))
    .option("--name <name>", "the cluster's name")
    .option("--registry <path>", "where installer images go, like ghcr.io/me/cluster")
    .addOption(jsonOption())
    .action(async ({ file, json, ...given }) => {
      const output = openOutput({ json });
      const { writeRolesFile } = await import("../../roles/starter.ts");
      const { askForRoles } = await import("../ask.ts");
      const answers = await askForRoles(given, { json: json === true, signal: output.signal });
      await writeRolesFile(file, answers);
      output.result({ file }, () => `Wrote ${file}. Next: edit it, then \`talos-roles check\`.\n`);
    });
