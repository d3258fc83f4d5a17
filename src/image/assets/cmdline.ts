import { fromText } from "../../formats/bytes.ts";
import { cmdlineName } from "../../roles/asset-names.ts";
import { kernelArgs } from "../../talos/kernel-args.ts";
import type { AssetMaker } from "./asset.ts";

/** The kernel command line of bare metal, as a text without a newline. */
export const cmdlineAsset: AssetMaker = {
  kind: "cmdline",
  tools: [],
  generation: 1,
  plan({ role, arch, talos, meta, kernelArgs: extra }, wanted) {
    if (!wanted.has("cmdline")) return [];
    const cmdline = kernelArgs({ version: talos, arch, platform: "metal", purpose: "other", meta, extra });
    return [{ path: `${role}/${cmdlineName(arch)}`, platform: "metal", cmdline, inputs: { cmdline } }];
  },
  recipe: ({ asset }) => Promise.resolve({ content: fromText(asset.cmdline ?? ""), expected: {} }),
};
