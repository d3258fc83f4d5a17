import { command } from "../command.ts";
import { archOption, jsonOption, mirrorOption } from "../options.ts";
import { openOutput } from "../output.ts";

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
    .addOption(jsonOption())
    .action(async (target, { mirror, arch, ...options }) => {
      const output = openOutput(options);
      const { createRegistryClient } = await import("../../oci/client.ts");
      const { parseMirror } = await import("../../oci/endpoint.ts");
      const { inspectTarget } = await import("../../inspect/target.ts");
      const { inspectReport } = await import("../../report/inspect.ts");
      const mirrors = Object.entries(mirror).map(([host, url]) => parseMirror(`${host}=${url}`));
      const registry = createRegistryClient({ mirrors });
      try {
        const inspection = await inspectTarget(target, { registry, ...(arch === undefined ? {} : { arch }) });
        output.result(inspection, inspectReport);
        if (inspection.notices.some(({ severity }) => severity === "error")) output.setStatus(1);
      } finally {
        await registry.close();
      }
    });
