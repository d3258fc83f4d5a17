import { dirname, join } from "node:path";
import { step } from "../events.ts";
import { makeFolder } from "../formats/files.ts";
import { canonicalJson } from "../formats/canonical.ts";
import { makerOf } from "./assets/table.ts";
import type { Materials } from "./materials.ts";
import type { Known } from "../inspect/known.ts";
import type { AssetPlan, TargetInputs } from "./plan-model.ts";
import { type Finished, readBack, readBackBytes, type ReadBack } from "./read-back.ts";
import type { Result } from "./results.ts";
import type { Work } from "./work.ts";
import { writeAsset } from "./write-asset.ts";

interface MakeTask {
  target: TargetInputs;
  asset: AssetPlan;
  materials: Materials;
}

/** Makes one asset, reads it back and keeps what came of it. Errors: as `writeAsset` and `readBack`. */
export function makeAsset({ target, asset, materials }: MakeTask, work: Work): Promise<Result> {
  const { out, emit, signal, results, hashes, known } = work;
  const path = join(out, asset.path);
  return work.scratch(async (scratch) => {
    await makeFolder(dirname(path));
    const recipe = await makerOf(asset.kind).recipe({ target, asset, materials, scratch, signal });
    for (const text of recipe.warnings ?? []) emit({ type: "note", level: "warning", text });
    const id = `asset-${asset.path}`;
    const tell = (bytes: number, totalBytes: number): void =>
      emit({ type: "step-progress", id, bytes, totalBytes });
    const written = await step(emit, id, asset.path, () => writeAsset(path, recipe, { signal, tell }));
    const before = await results.find(asset.buildKey);
    const finished: Finished = { asset, path, recipe, written };
    const { found } = await step(emit, `read-back-${asset.path}`, `${asset.path} read back`, async () => ({
      found: await read(finished, before, known),
      cached: false,
    }));
    for (const [name, file] of Object.entries(written.files))
      await hashes.note(join(path, name), file.sha256);
    const result = { written, readBack: found };
    await results.keep(asset.buildKey, result);
    return result;
  });
}

/** The same bytes from the same plan tell the same: then every byte is read from the disk, but not all that is in them unpacked again. */
async function read(finished: Finished, before: Result | undefined, known: Known): Promise<ReadBack> {
  if (!before || canonicalJson(before.written) !== canonicalJson(finished.written))
    return readBack(finished, known);
  await readBackBytes(finished);
  return before.readBack;
}
