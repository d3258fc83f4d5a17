import { fromText } from "../../formats/bytes.ts";
import { kernelArgs } from "../../talos/kernel-args.ts";
import { netbootFiles } from "../netboot/files.ts";
import type { TargetInputs } from "../plan-model.ts";
import type { AssetMaker } from "./asset.ts";

const filesOf = ({ role, arch, talos, meta, kernelArgs: extra, nodes }: TargetInputs) =>
  netbootFiles({
    role,
    arch,
    version: talos,
    nodes,
    cmdline: kernelArgs({ version: talos, arch, platform: "metal", purpose: "other", meta, extra }),
  });

/** What starts the role's machines over the network, wherever kernel and initramfs are made. */
export const netbootAsset: AssetMaker = {
  kind: "netboot",
  tools: [],
  generation: 1,
  plan: (target, wanted) =>
    wanted.has("kernel") && wanted.has("initramfs")
      ? filesOf(target).map(({ path, text }) => ({
          path,
          format: path.endsWith(".ipxe") ? "ipxe" : "matchbox",
          inputs: { path, text },
        }))
      : [],
  recipe({ target, asset }) {
    const text = filesOf(target).find(({ path }) => path === asset.path)?.text ?? "";
    return Promise.resolve({ content: fromText(text), expected: {} });
  },
};
