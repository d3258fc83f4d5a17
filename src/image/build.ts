import { makeFolder } from "../formats/files.ts";
import type { Lock } from "../catalog/lock-model.ts";
import { interruptible } from "../catalog/together.ts";
import type { Emit, RolesEvent } from "../events.ts";
import { openKnown } from "../inspect/known.ts";
import type { ImageSource } from "../oci/source.ts";
import { type Choice, chosenTargets, isAmong } from "../roles/chosen-targets.ts";
import type { RolesFile } from "../roles/model.ts";
import type { Output } from "../roles/outputs.ts";
import type { Arch } from "../talos/arch.ts";
import { requireSupported } from "../talos/require-supported.ts";
import { allOf, stopper } from "./all-of.ts";
import { makerOf } from "./assets/table.ts";
import { openCache } from "./cache.ts";
import { openFileHashes } from "./file-hashes.ts";
import { foundBefore } from "./found-before.ts";
import { removeLeftovers } from "./leftovers.ts";
import { makeAsset } from "./make-asset.ts";
import { openStore } from "./materials.ts";
import { removeStaleGroups } from "./netboot/stale-groups.ts";
import { jobsOf, tellingOverall } from "./overall.ts";
import type { AssetPlan, Plan, TargetPlan } from "./plan-model.ts";
import { planBuild, planTools } from "./plan.ts";
import { type BuildRecord, readRecord, writeRecord } from "./record.ts";
import { type BuiltAsset, mergedRecord } from "./record-of.ts";
import { openResults } from "./results.ts";
import { openSegmentCache, type SegmentCache, type SharedRepository } from "./segment-cache.ts";
import { findStanding } from "./standing.ts";
import { stillThere } from "./still-there.ts";
import { toolVersions } from "./tool-versions.ts";
import { virtualExtensions } from "./virtual-extensions.ts";
import type { Work } from "./work.ts";

export interface BuildOptions extends Choice {
  roles: RolesFile;
  lock: Lock;
  /** Where images come from: a registry client, or a layout. */
  source: ImageSource;
  /** Folder of the assets and the record. */
  out: string;
  cacheDir: string;
  outputs: readonly Output[];
  /** Where segments are shared with other machines. */
  shared?: SharedRepository | undefined;
  /** In which order pieces and assets are made, and so files created; it must not reach an output. */
  order?: "given" | "opposite";
  emit: Emit;
  signal?: AbortSignal | undefined;
}

export interface BuildReport {
  out: string;
  record: BuildRecord;
  assets: (AssetPlan & { role: string; arch: Arch; sha256: string; bytes: number; cached: boolean })[];
  /** Everything that took time, in the order in which it ended. */
  steps: { id: string; label: string; seconds: number; cached: boolean }[];
  seconds: number;
  /** How many segments came from the shared cache, and how many were given to it; undefined where there is none. */
  shared?: SegmentCache["counts"];
}

/** Compressing takes all processors by itself; what is beside it fetches or writes. */
const atOnce = 2;

/**
 * Builds every asset of every role that is asked for, reads each back, and writes the record. What is there already and unchanged is left as
 * it is. Errors: USAGE where nothing is to be built, those of the plan and the source, EXTENSION_INVALID, KERNEL_RELEASE_MISMATCH, READ_BACK_MISMATCH, TOOL_MISSING, TOOL_FAILED,
 * NO_SPACE, BUILD_INTERRUPTED.
 */
export async function buildRoles(options: BuildOptions): Promise<BuildReport> {
  const started = performance.now();
  const steps: BuildReport["steps"] = [];
  const emit: Emit = (event) => (note(event, steps), options.emit(event));
  const plan = await makePlan(options);
  const stop = stopper(options.signal);
  const shared = options.shared && openSegmentCache(options.shared, { emit, signal: stop.signal });
  const built = await buildPlan(plan, { ...options, emit, segments: shared }, stop);
  const assets = built.map(({ target, asset, result, cached }) => {
    const { sha256, bytes } = result.written;
    return { ...asset, role: target.role, arch: target.arch, sha256, bytes, cached };
  });
  const record = await readRecord(options.out);
  const seconds = (performance.now() - started) / 1000;
  const { out } = options;
  return { out, record, assets, steps, seconds, ...(shared ? { shared: shared.counts } : {}) };
}

async function makePlan({ roles, lock, outputs, emit, signal }: BuildOptions): Promise<Plan> {
  requireSupported(lock.talos, emit);
  const tools = await toolVersions(planTools, signal);
  return planBuild({ roles, lock, outputs, tools, virtual: await virtualExtensions(roles) });
}

type PlanOptions = BuildOptions & { segments: SegmentCache | undefined };

async function buildPlan(plan: Plan, options: PlanOptions, stop: AbortController): Promise<BuiltAsset[]> {
  const { out } = options;
  const chosen = chosenTargets(options.roles, options);
  const targets = plan.targets.filter((target) => isAmong(chosen, target));
  const overall = tellingOverall(options.emit);
  const work = await openWork({ ...options, emit: overall.emit }, stop);
  await removeLeftovers(out, targets);
  await removeStaleGroups(out, { plan, selected: targets, emit: overall.emit });
  const before = await stillThere(out, work.hashes);
  const all = targets.flatMap((target) => target.assets.map((asset) => ({ target, asset })));
  const standing = await findStanding(all, work);
  const missing = all.filter(({ asset }) => !standing.some((one) => one.asset === asset));
  const record = (built: BuiltAsset[]) =>
    writeRecord(out, mergedRecord({ plan, selected: targets, built, before }));
  // What is replaced now must not be in the record if this build does not come to its end.
  if (missing.length > 0 && before) await record(standing);
  overall.begin(jobsOf(missing));
  try {
    const made = await makeAll(options.order === "opposite" ? missing.toReversed() : missing, work, stop);
    const built = all.map(({ asset }) => [...standing, ...made].find((one) => one.asset === asset)!);
    await record(built);
    return built;
  } finally {
    await work.hashes.save();
  }
}

function note(event: RolesEvent, steps: BuildReport["steps"]): void {
  if (event.type !== "step-finished") return;
  const { id, label, seconds, cached } = event;
  steps.push({ id, label, seconds, cached });
}

async function openWork(
  { out, cacheDir, source, emit, segments }: PlanOptions,
  { signal }: AbortController,
): Promise<Work> {
  const cache = await openCache(cacheDir, emit);
  await makeFolder(out);
  return {
    out,
    emit,
    signal,
    store: openStore({ cache, source: interruptible(source, signal), emit, signal, shared: segments }),
    hashes: await openFileHashes(cacheDir, out),
    results: openResults(cacheDir),
    known: openKnown(foundBefore(cacheDir)),
    scratch: (folder) => cache.scratch(folder),
  };
}

async function makeAll(
  missing: readonly { target: TargetPlan; asset: AssetPlan }[],
  work: Work,
  stop: AbortController,
): Promise<BuiltAsset[]> {
  const { store } = work;
  const targets = [...new Set(missing.map(({ target }) => target))];
  // Fetches and compresses for all roles first: what comes after takes these from the store.
  const pieces = targets.flatMap((target) => [
    () => store.bootFiles(target),
    ...target.segments.map((segment) => () => store.segment(segment, target)),
  ]);
  await allOf(pieces, { atOnce, stop }, (make) => make());
  const materials = new Map(targets.map((target) => [target, store.of(target)]));
  for (const { target, asset } of missing)
    await makerOf(asset.kind).check?.({ target, asset, materials: materials.get(target)! });
  return allOf(missing, { atOnce, stop }, async ({ target, asset }) => ({
    target,
    asset,
    cached: false,
    result: await makeAsset({ target, asset, materials: materials.get(target)! }, work),
  }));
}
