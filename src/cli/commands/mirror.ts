import { command } from "../command.ts";
import { leanMemory } from "../lean-memory.ts";
import {
  cacheDirOption,
  fileOption,
  insecureOption,
  jsonOption,
  mirrorOption,
  progressOption,
} from "../options.ts";
import { openOutput } from "../output.ts";
import { signatureSource, withClient } from "../registry.ts";

export const mirrorCommand = () =>
  command("mirror", {
    summary: "copies every pinned input to one place, for building without a network",
    examples: [
      ["talos-roles mirror", "an OCI image layout in the folder mirror/"],
      ["talos-roles mirror --registry registry.local:5000", "a registry: use it as --mirror ghcr.io=URL"],
    ],
  })
    .addOption(fileOption())
    .option("--to <folder>", "the folder of the OCI image layout", "mirror")
    .option("--registry <host/path>", "a registry instead of a folder")
    .addOption(mirrorOption())
    .addOption(insecureOption())
    .addOption(cacheDirOption())
    .addOption(progressOption())
    .addOption(jsonOption())
    .action(async ({ file, to, registry, cacheDir, ...options }) => {
      leanMemory();
      const output = openOutput(options);
      const { loadRoles } = await import("../../roles/load.ts");
      const { ensureLock } = await import("../../catalog/update-lock.ts");
      const { layoutTarget, registryTarget } = await import("../../catalog/mirror-target.ts");
      const { mirrorLock } = await import("../../catalog/mirror.ts");
      const { mirrorReport } = await import("../../report/lock.ts");
      const roles = await loadRoles(file);
      const images = await withClient(options, async (client) => {
        const source = await signatureSource(client, cacheDir);
        const lock = await ensureLock(roles, { client: source, ...output, cacheDir, mode: "frozen" });
        const target = registry === undefined ? layoutTarget(to) : registryTarget(client, registry);
        return mirrorLock(lock, { client: source, target, ...output });
      });
      output.result({ to: registry ?? to, images }, mirrorReport);
    });
