import { join } from "node:path";
import { lent } from "../../formats/bytes.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { isoName } from "../../roles/asset-names.ts";
import { kernelArgs } from "../../talos/kernel-args.ts";
import { espContent, isoFiles } from "../esp.ts";
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
    const { talos: version, arch } = target;
    const sdBoot = (await materials.bootFiles()).bootManager();
    return {
      expected: {
        ...(await expectedUki(target, asset, materials)),
        kind: "iso",
        bootFiles: await espContent(isoFiles({ version, arch, uki, sdBoot })),
      },
      async write(output) {
        const path = join(scratch, "uki.efi");
        await writeFileWhole(path, lent(uki));
        await makeIsoImage({
          version,
          arch,
          uki: path,
          sdBoot,
          output,
          scratch,
          ...(signal ? { signal } : {}),
        });
      },
    };
  },
};
