import { ukiName } from "../../roles/asset-names.ts";
import { kernelArgs } from "../../talos/kernel-args.ts";
import { initramfsInputs } from "../initramfs-parts.ts";
import { expectedUki, makeUki, ukiParts } from "../role-uki.ts";
import { requireUki } from "../supported.ts";
import type { AssetMaker } from "./asset.ts";

/** A unified kernel image of its own, for network boot and boot managers: without a boot menu. */
export const ukiAsset: AssetMaker = {
  kind: "uki",
  tools: [],
  generation: 1,
  plan(target, wanted) {
    const { role, arch, talos, meta, kernelArgs: extra } = target;
    if (!wanted.has("uki")) return [];
    requireUki(target);
    const cmdline = kernelArgs({ version: talos, arch, platform: "metal", purpose: "other", meta, extra });
    const inputs = { ...initramfsInputs(target), talos, cmdline };
    return [{ path: `${role}/${ukiName(arch)}`, platform: "metal", cmdline, menu: "none", inputs }];
  },
  async recipe({ target, asset, materials }) {
    const content = await makeUki(target, asset, materials);
    return {
      content,
      parts: () => ukiParts(content),
      expected: await expectedUki(target, asset, materials),
    };
  },
};
