import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import { readRecord, type RecordedAsset } from "../../image/record.ts";
import { recordName } from "../../roles/names.ts";
import type { Arch } from "../../talos/arch.ts";

/** What a machine can be started from. */
export type BootableAsset = "uki" | "iso" | "metal";

export interface BuiltAsset {
  path: string;
  arch: Arch;
  talosVersion: string;
}

const isWanted =
  (wanted: BootableAsset) =>
  ({ kind, platform }: RecordedAsset): boolean =>
    wanted === "metal" ? kind === "disk" && platform === "metal" : kind === wanted;

/** Finds what a role's machine is started from in the build record of `out`. Errors: FILE_NOT_FOUND, FORMAT_INVALID, USAGE. */
export async function builtAsset(
  out: string,
  role: string,
  { asset, arch }: { asset: BootableAsset; arch?: Arch | undefined },
): Promise<BuiltAsset> {
  const record = await readRecord(out);
  const built = record.roles.filter(({ assets }) => assets.some(isWanted(asset)));
  const found = built.find((one) => one.name === role && (arch === undefined || one.arch === arch));
  const file = found?.assets.find(isWanted(asset));
  if (!found || !file) {
    const known = built.map((one) => `${one.name} (${one.arch})`).join(", ");
    const words = { uki: "UKI", iso: "ISO", metal: "disk image for metal" }[asset];
    const output = asset === "uki" ? "" : ` --outputs ${asset}`;
    throw new RolesError(
      "USAGE",
      `${join(out, recordName)} has no ${words} of role ${role}${arch === undefined ? "" : ` for ${arch}`}`,
      { hint: `It has: ${known || "none"}. Build it: \`talos-roles build ${role}${output}\`.` },
    );
  }
  return { path: join(out, file.path), arch: found.arch, talosVersion: record.talosVersion };
}
