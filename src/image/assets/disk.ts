import type { DiskPlatform } from "../../roles/outputs.ts";
import { diskPlatforms } from "../../roles/outputs.ts";
import { kernelArgs } from "../../talos/kernel-args.ts";
import { requireMetaRoom } from "../../talos/meta-partition.ts";
import { makeDisk } from "../disk/make.ts";
import { type DiskPlan, planDisk } from "../disk/plan.ts";
import { diskEsp, espContent } from "../esp.ts";
import { checkEspRoom } from "../esp-room.ts";
import { initramfsInputs } from "../initramfs-parts.ts";
import type { AssetPlan, TargetInputs } from "../plan-model.ts";
import { expectedUki, makeUki } from "../role-uki.ts";
import { requireSdBoot } from "../supported.ts";
import type { AssetMaker } from "./asset.ts";

const planOf = (
  { talos, arch, diskSize, sectorSize, diskCompression }: TargetInputs,
  platform: DiskPlatform,
): DiskPlan =>
  planDisk({
    version: talos,
    arch,
    platform,
    sectorSize,
    ...(diskSize === undefined ? {} : { size: diskSize }),
    ...(diskCompression === undefined ? {} : { compression: diskCompression }),
  });

/** Disk images, one for each platform that is asked for. */
export const diskAsset: AssetMaker = {
  kind: "disk",
  tools: ["mkfsVfat", "mcopy", "zstd", "xz", "pigz", "qemuImg"],
  generation: 2,
  plan(target, wanted) {
    const { role, arch, talos, meta, kernelArgs: extra } = target;
    const platforms = diskPlatforms.filter((platform) => wanted.has(platform));
    if (platforms.length > 0) requireMetaRoom(role, meta);
    return platforms.map((platform) => {
      requireSdBoot(target, platform);
      const { name, format, ...plan } = planOf(target, platform);
      const cmdline = kernelArgs({ version: talos, arch, platform, purpose: "disk", extra });
      const inputs = {
        ...initramfsInputs(target),
        talos,
        cmdline,
        meta,
        plan: { ...plan, layout: undefined },
        sectorSize: target.sectorSize,
      };
      return { path: `${role}/${name}`, platform, format, cmdline, menu: "installer", inputs };
    });
  },
  async check({ target, asset, materials }) {
    const uki = await makeUki(target, asset, materials);
    const boot = await materials.bootFiles();
    checkEspRoom({
      role: target.role,
      version: target.talos,
      sectorSize: target.sectorSize,
      uki,
      sdBoot: boot.bootManager(),
    });
  },
  async recipe({ target, asset, materials, scratch, signal }) {
    const uki = await makeUki(target, asset, materials);
    const boot = await materials.bootFiles();
    const { talos: version, arch, meta } = target;
    const plan = planOf(target, platformOf(asset));
    const esp = diskEsp({ version, arch, uki, sdBoot: boot.bootManager() });
    const { sectorSize, guid, partitions } = plan.layout;
    return {
      expected: {
        ...(await expectedUki(target, asset, materials)),
        kind: "disk",
        meta: [...meta].sort((a, b) => a.key - b.key),
        diskBytes: plan.size,
        table: {
          sectorSize,
          guid,
          partitions: partitions.map(({ name, type, guid, firstLba, lastLba }) => ({
            name,
            type,
            guid,
            firstLba,
            lastLba,
          })),
        },
        bootFiles: await espContent(esp),
      },
      write: (output) =>
        makeDisk({
          plan,
          esp,
          meta,
          output,
          scratch,
          ...(signal ? { signal } : {}),
        }),
    };
  },
};

const platformOf = ({ platform }: AssetPlan): DiskPlatform => diskPlatforms.find((one) => one === platform)!;
