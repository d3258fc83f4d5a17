import { command } from "../command.ts";
import { jsonOption } from "../options.ts";
import { openOutput } from "../output.ts";

export const schematicCommand = () =>
  command("schematic", {
    summary: "the Image Factory id of a schematic, without the factory",
    examples: [
      [
        "talos-roles schematic schematic.yaml",
        "prints the id; exit 1 and the reason where only the factory knows it",
      ],
      ["talos-roles schematic - < schematic.json", "from standard input"],
    ],
  })
    .argument("<file>", "a schematic in YAML or JSON, - for standard input")
    .addOption(jsonOption())
    .action(async (file, options) => {
      const output = openOutput(options);
      const { readSchematicFile } = await import("../../catalog/schematic/file.ts");
      const { schematicId } = await import("../../catalog/schematic/id.ts");
      const id = schematicId(await readSchematicFile(file));
      output.result({ id }, () => `${id}\n`);
    });
