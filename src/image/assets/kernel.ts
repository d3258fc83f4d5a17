import { sourceSha256 } from "../../formats/bytes.ts";
import { kernelName } from "../../roles/asset-names.ts";
import type { AssetMaker } from "./asset.ts";

/** The kernel as upstream has it. */
export const kernelAsset: AssetMaker = {
  kind: "kernel",
  tools: [],
  generation: 1,
  plan: ({ role, arch, bootFiles }, wanted) =>
    wanted.has("kernel")
      ? [{ path: `${role}/${kernelName(arch)}`, inputs: { bootFiles: bootFiles.manifest } }]
      : [],
  async recipe({ target, materials }) {
    const { kernel } = await materials.bootFiles();
    const { arch, kernelRelease } = target;
    return {
      content: kernel,
      expected: { kind: "kernel", arch, kernelRelease, kernel: await sourceSha256(kernel) },
    };
  },
};
