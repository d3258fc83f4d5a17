import { join } from "node:path";
import { lent } from "../../formats/bytes.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { isoName } from "../../roles/asset-names.ts";
import { kernelArgs } from "../../talos/kernel-args.ts";
import { makeIsoImage } from "../iso.ts";
import { initramfsInputs } from "../initramfs-parts.ts";
import { expectedUki, makeUki } from "../role-uki.ts";
import { requireSdBoot } from "../supported.ts";
import type { AssetMaker } from "./asset.ts";

/** An ISO for bare metal, for UEFI firmware. */
export const isoAsset: AssetMaker = {
  kind: "iso",
  tools: ["mkfsVfat", "mcopy", "xorriso"],
  generation: 1,
  plan(target, wanted) {
    if (!wanted.has("iso")) return [];
    requireSdBoot(target, "iso");
    const { role, arch, talos, meta, kernelArgs: extra } = target;
    const cmdline = kernelArgs({ version: talos, arch, platform: "metal", purpose: "iso", meta, extra });
    const inputs = { ...initramfsInputs(target), talos, cmdline };
    return [{ path: `${role}/${isoName(arch)}`, platform: "metal", cmdline, menu: "iso", inputs }];
  },
  async recipe({ target, asset, materials, scratch, signal }) {
    const uki = await makeUki(target, asset, materials);
    const boot = await materials.bootFiles();
    return {
      expected: { ...(await expectedUki(target, asset, materials)), kind: "iso" },
      async write(output) {
        const path = join(scratch, "uki.efi");
        await writeFileWhole(path, lent(uki));
        await makeIsoImage({
          version: target.talos,
          arch: target.arch,
          uki: path,
          sdBoot: boot.bootManager(),
          output,
          scratch,
          ...(signal ? { signal } : {}),
        });
      },
    };
  },
};
