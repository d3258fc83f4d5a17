import { command } from "../command.ts";
import { jsonOption } from "../options.ts";
import { openOutput } from "../output.ts";

export const doctorCommand = () =>
  command("doctor", {
    summary: "every tool that is needed: found, version, the line that installs it",
    examples: [
      ["talos-roles doctor", "a table of tools; exit status 3 when one is missing"],
      ["talos-roles doctor --json", "the same as JSON"],
    ],
  })
    .addOption(jsonOption())
    .action(async (options) => {
      const output = openOutput(options);
      const { examineTools } = await import("../../formats/examine-tools.ts");
      const { doctorReport } = await import("../../report/doctor.ts");
      const { examineFirmware } = await import("../../lab/vm/firmware.ts");
      const found = [...(await examineTools({ signal: output.signal })), ...(await examineFirmware())];
      output.result({ tools: found }, doctorReport);
      if (found.some((tool) => tool.path === null && !tool.optional)) output.setStatus(3);
    });
