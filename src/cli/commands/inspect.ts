import { command } from "../command.ts";
import { archOption, insecureOption, jsonOption, mirrorOption } from "../options.ts";
import { openOutput } from "../output.ts";
import { withClient } from "../registry.ts";

export const inspectCommand = () =>
  command("inspect", {
    summary: "what is in any Talos image: extensions, contract, modules, command line",
    examples: [
      ["talos-roles inspect out/gateway/metal-arm64-uki.efi", "a UKI, an initramfs or a kernel"],
      ["talos-roles inspect out/gateway/installer-arm64.tar --json", "an installer, as JSON"],
      ["talos-roles inspect ghcr.io/siderolabs/drbd:9.2.14-v1.13.6 --arch arm64", "an image in a registry"],
    ],
  })
    .argument("<file-or-image>", "path of a file or OCI layout, or an image reference")
    .addOption(archOption())
    .addOption(mirrorOption())
    .addOption(insecureOption())
    .addOption(jsonOption())
    .action(async (target, { mirror, insecure, arch, ...options }) => {
      const output = openOutput(options);
      const { inspectTarget } = await import("../../inspect/target.ts");
      const { inspectReport } = await import("../../report/inspect.ts");
      const inspection = await withClient({ mirror, insecure }, (registry) =>
        inspectTarget(target, { registry, ...(arch === undefined ? {} : { arch }) }),
      );
      output.result(inspection, inspectReport);
      if (inspection.notices.some(({ severity }) => severity === "error")) output.setStatus(1);
    });
