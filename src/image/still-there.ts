import { join } from "node:path";
import { stat } from "node:fs/promises";
import type { FileHashes } from "./file-hashes.ts";
import { type BuildRecord, findRecord, type RecordedAsset } from "./record.ts";

/** The record in `out` with what of it is still there and unchanged; a record that cannot be read counts as none. */
export async function stillThere(out: string, hashes: FileHashes): Promise<BuildRecord | undefined> {
  const record = await findRecord(out).catch(() => undefined);
  if (!record) return undefined;
  const roles: BuildRecord["roles"] = [];
  for (const role of record.roles) {
    const assets: RecordedAsset[] = [];
    for (const asset of role.assets)
      if (await isThere(join(out, asset.path), asset, hashes)) assets.push(asset);
    roles.push({ ...role, assets });
  }
  return { ...record, roles };
}

/** An image layout is known by its manifest, whose name is its own digest. */
async function isThere(path: string, { sha256 }: RecordedAsset, hashes: FileHashes): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  const file = info?.isDirectory() ? join(path, "blobs", "sha256", sha256) : path;
  return (await hashes.of(file)) === sha256;
}
