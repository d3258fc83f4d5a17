import { initramfsName } from "../../roles/asset-names.ts";
import { expectedInitramfs, initramfsInputs, initramfsParts } from "../initramfs-parts.ts";
import type { AssetMaker } from "./asset.ts";

/** The stock initramfs with one segment for each extension. */
export const initramfsAsset: AssetMaker = {
  kind: "initramfs",
  tools: [],
  generation: 1,
  plan: (target, wanted) =>
    wanted.has("initramfs")
      ? [
          {
            path: `${target.role}/${initramfsName(target.arch)}`,
            platform: "metal",
            inputs: initramfsInputs(target),
          },
        ]
      : [],
  async recipe({ target, materials }) {
    const content = await materials.initramfs();
    return {
      content,
      parts: () => initramfsParts(content),
      expected: {
        kind: "initramfs",
        ...(await expectedInitramfs(target, materials)),
      },
    };
  },
};
