import { join } from "node:path";
import { step } from "../events.ts";
import { filesBelow } from "./folder-files.ts";
import type { AssetPlan, TargetPlan } from "./plan-model.ts";
import type { BuiltAsset } from "./record-of.ts";
import type { Result } from "./results.ts";
import type { Work } from "./work.ts";

/** The assets that lie there already, whole and made from the same inputs. */
export async function findStanding(
  assets: readonly { target: TargetPlan; asset: AssetPlan }[],
  work: Work,
): Promise<BuiltAsset[]> {
  const standing: BuiltAsset[] = [];
  for (const { target, asset } of assets) {
    work.signal.throwIfAborted();
    const result = await standingResult(asset, work);
    if (!result) continue;
    await step(work.emit, `asset-${asset.path}`, asset.path, () =>
      Promise.resolve({ bytes: result.written.bytes, cached: true }),
    );
    standing.push({ target, asset, result, cached: true });
  }
  return standing;
}

async function standingResult(
  { path, buildKey }: AssetPlan,
  { out, hashes, results }: Work,
): Promise<Result | undefined> {
  const result = await results.find(buildKey);
  if (!result) return undefined;
  const { files } = result.written;
  const at = join(out, path);
  for (const [file, { sha256 }] of Object.entries(files))
    if ((await hashes.of(join(at, file))) !== sha256) return undefined;
  const isFolder = !("" in files);
  return isFolder && (await filesBelow(at)).length !== Object.keys(files).length ? undefined : result;
}
