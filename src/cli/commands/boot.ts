import { Option } from "@commander-js/extra-typings";
import { architectures } from "../../talos/arch.ts";
import { command } from "../command.ts";
import { jsonOption, progressOption } from "../options.ts";
import { seconds } from "../numbers.ts";
import { openOutput } from "../output.ts";

export const bootCommand = () =>
  command("boot", {
    summary: "one virtual machine of a role: what it mounted, loaded and started",
    examples: [
      ["talos-roles boot gateway", "the gateway that was built into out/"],
      ["talos-roles boot gateway --asset iso", "from its ISO, in a CD drive"],
      ["talos-roles boot compute --console", "with what the machine writes on its serial console"],
    ],
  })
    .argument("<role>", "a role that was built")
    .option("--out <folder>", "where the build put its record", "out")
    .addOption(
      new Option("--arch <arch>", "architecture, where the role was built for several").choices(
        architectures,
      ),
    )
    .addOption(
      new Option("--asset <asset>", "what the machine is started from")
        .choices(["uki", "iso", "metal"] as const)
        .default("uki" as const),
    )
    .option("--console", "show the machine's serial console")
    .option("--timeout <seconds>", "how long the machine may take until it is up", seconds, 120)
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async (role, { out, arch, asset, timeout, ...options }) => {
      const output = openOutput(options);
      const { builtAsset } = await import("../../lab/vm/built-asset.ts");
      const { bootRole } = await import("../../lab/vm/boot-role.ts");
      const { consoleText } = await import("../../report/printable.ts");
      const { bootReport } = await import("../../lab/vm/boot-text.ts");
      const built = await builtAsset(out, role, { asset, arch });
      const report = await bootRole({
        role,
        arch: built.arch,
        asset,
        path: built.path,
        talosVersion: built.talosVersion,
        timeoutMs: timeout * 1000,
        emit: output.emit,
        signal: output.signal,
        ...(options.console
          ? { onConsole: (text) => process.stderr.write(process.stderr.isTTY ? consoleText(text) : text) }
          : {}),
      });
      output.result(report, bootReport);
    });
