import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import { fromFile } from "../../formats/bytes.ts";
import { unpackDisk } from "../../inspect/unpack-disk.ts";
import type { Arch } from "../../talos/arch.ts";
import { makeBootDisk } from "./boot-disk.ts";
import type { BootableAsset } from "./built-asset.ts";

/** What a machine finds in it: a disk, or a CD. */
export interface Medium {
  disk: string;
  isCd: boolean;
}

interface Source {
  asset: BootableAsset;
  path: string;
  arch: Arch;
  /** For what has to be unpacked or made. */
  folder: string;
  signal?: AbortSignal | undefined;
}

/** A built asset as a machine can boot it, its bytes as they were built. Errors: FORMAT_INVALID, NO_SPACE and those of the tools. */
export async function bootMedium({ asset, path, arch, folder, signal }: Source): Promise<Medium> {
  if (asset === "iso") return { disk: path, isCd: true };
  if (asset === "uki") {
    const disk = join(folder, "esp.img");
    await makeBootDisk(disk, { uki: await fromFile(path), arch, signal });
    return { disk, isCd: false };
  }
  const unpacked = await unpackDisk(path, folder);
  if (unpacked) return { disk: unpacked.path, isCd: false };
  throw new RolesError("FORMAT_INVALID", `${path} is no disk image`, {
    hint: "Build again: `talos-roles build`.",
  });
}
