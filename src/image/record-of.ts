import type { AssetPlan, Plan, SegmentPlan, TargetPlan } from "./plan-model.ts";
import type { BuildRecord, RecordedRole } from "./record.ts";
import type { Result } from "./results.ts";

/** An asset that is there, with what was read back. */
export interface BuiltAsset {
  target: TargetPlan;
  asset: AssetPlan;
  result: Result;
  /** Whether it was there before this build. */
  cached: boolean;
}

/** What is there now, and what was there before. */
interface Recorded {
  plan: Plan;
  /** What this build is about: of it, only what is in `built` is there. */
  selected: readonly TargetPlan[];
  built: readonly BuiltAsset[];
  /** The record of earlier builds, of which all assets are still there. */
  before: BuildRecord | undefined;
}

/** The record of what is there now; from earlier builds what this one is not about, as long as it was made from the same inputs. Pure. */
export function mergedRecord({ plan, selected, built, before }: Recorded): BuildRecord {
  // A machine's group is one file whatever its role: the role that it was of has it no more.
  const replaced = new Set(selected.flatMap(({ assets }) => assets.map(({ path }) => path)));
  const roles = plan.targets.flatMap((target) => {
    const now = built.filter((one) => one.target === target);
    const earlier = before?.roles.find((role) => isSame(role, target));
    const kept = earlier?.assets.filter(({ path }) => !replaced.has(path)) ?? [];
    if (now.length === 0) return earlier && kept.length > 0 ? [{ ...earlier, assets: kept }] : [];
    const role = recordedRole(target, now);
    return [{ ...role, assets: [...role.assets, ...kept] }];
  });
  return { recordVersion: 1, talosVersion: plan.talos, roles };
}

const isSame = (recorded: RecordedRole, { role, arch, inputsKey }: TargetPlan): boolean =>
  recorded.name === role && recorded.arch === arch && recorded.inputsKey === inputsKey;

function recordedRole(target: TargetPlan, assets: readonly BuiltAsset[]): RecordedRole {
  const told = assets.map(({ result }) => result.readBack);
  const whole = told.find(({ talosVersion }) => talosVersion !== null);
  const digests = new Map(target.segments.map((segment) => [segment.name, digestOf(segment)]));
  const extensions = whole?.extensions ?? target.segments.map(({ name, version }) => ({ name, version }));
  return {
    name: target.role,
    arch: target.arch,
    kernelRelease: whole?.kernelRelease ?? target.kernelRelease,
    extensions: extensions.map((extension) => ({ ...extension, digest: digests.get(extension.name) ?? "" })),
    schematic: target.schematic,
    inputsKey: target.inputsKey,
    installer: target.installerReference,
    standIns: [...new Set(told.flatMap(({ standIns }) => standIns))],
    assets: assets.map(({ asset: { kind, format, platform, path, buildKey }, result: { written } }) => ({
      kind,
      ...(format === undefined ? {} : { format }),
      ...(platform === undefined ? {} : { platform }),
      path,
      sha256: written.sha256,
      bytes: written.bytes,
      buildKey,
    })),
  };
}

/** What the extension was pinned by; one that is in no registry has the digest of its content. */
const digestOf = ({ from, key }: SegmentPlan): string =>
  "image" in from ? from.image.digest : `sha256:${key}`;
