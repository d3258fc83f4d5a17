import { command } from "../command.ts";
import { fileOption, jsonOption } from "../options.ts";
import { openOutput } from "../output.ts";

export const importCommand = () =>
  command("import", {
    summary: "writes roles.yaml from talhelper, TOPF, Omni, talm, CozyStack profiles or machine configs",
    examples: [
      ["talos-roles import talos/talconfig.yaml", "a talhelper cluster"],
      ["talos-roles import talos/", "whatever layout the folder has"],
      ["talos-roles import packages/core/talos/images/talos/profiles", "the images of a CozyStack checkout"],
      ["talos-roles import nodes/ --print", "look before anything is written"],
    ],
  })
    .argument("<path>", "a file or a folder")
    .addOption(fileOption())
    .option("--print", "print the file and write nothing")
    .option("--force", "write over a file that is there")
    .addOption(jsonOption())
    .action(async (path, options) => {
      const output = openOutput(options);
      const { makeImport } = await import("../make-import.ts");
      const { importReport } = await import("../../report/import.ts");
      output.result(await makeImport(path, options), importReport);
    });
