import type { AssetKind } from "../plan-model.ts";
import type { AssetMaker } from "./asset.ts";
import { cmdlineAsset } from "./cmdline.ts";
import { diskAsset } from "./disk.ts";
import { initramfsAsset } from "./initramfs.ts";
import { installerAsset } from "./installer.ts";
import { isoAsset } from "./iso.ts";
import { kernelAsset } from "./kernel.ts";
import { netbootAsset } from "./netboot.ts";
import { spdxAsset } from "./spdx.ts";
import { ukiAsset } from "./uki.ts";

/** Every kind of asset, in the order in which they are made and listed. */
export const assetMakers: readonly AssetMaker[] = [
  kernelAsset,
  initramfsAsset,
  cmdlineAsset,
  ukiAsset,
  installerAsset,
  isoAsset,
  diskAsset,
  netbootAsset,
  spdxAsset,
];

const byKind = new Map(assetMakers.map((maker) => [maker.kind, maker]));

export const makerOf = (kind: AssetKind): AssetMaker => byKind.get(kind)!;
