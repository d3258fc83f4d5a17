import type { Emit, RolesEvent } from "../events.ts";
import type { AssetKind, AssetPlan, TargetPlan } from "./plan-model.ts";

/** Work that is known before it begins, by the id of the step with which it ends; `weight` is about the seconds it takes. */
export interface Job {
  id: string;
  weight: number;
  isAsset: boolean;
}

/** Bytes of a compressed extension that are compressed anew in a second, and of an asset that are written and read back. */
const PACKED_A_SECOND = 3 << 20;
const WRITTEN_A_SECOND = 100 << 20;
const FETCHED_A_SECOND = 50 << 20;

/** Size of assets against that of all images that they are made from. */
const sizes: Record<AssetKind, number> = {
  kernel: 0.2,
  initramfs: 1,
  cmdline: 0,
  uki: 1.2,
  installer: 1.2,
  iso: 2.4,
  disk: 1.4,
  netboot: 0,
  spdx: 0,
};

/** What there is to do for these assets. */
export function jobsOf(missing: readonly { target: TargetPlan; asset: AssetPlan }[]): Job[] {
  const jobs = new Map<string, Job>();
  const add = (id: string, weight: number, isAsset = false): void =>
    void jobs.set(id, { id, weight, isAsset });
  for (const { target, asset } of missing) {
    const { arch, bootFiles, segments } = target;
    add(`boot-files-${arch}`, bootFiles.bytes / FETCHED_A_SECOND);
    let bytes = bootFiles.bytes;
    for (const { name, from } of segments) {
      const size = "image" in from ? from.image.bytes : 0;
      add(`segment-${name}-${arch}`, size / PACKED_A_SECOND);
      bytes += size;
    }
    add(`read-back-${asset.path}`, (bytes * sizes[asset.kind]) / WRITTEN_A_SECOND, true);
  }
  return [...jobs.values()];
}

/** Before that nothing can be said of the time left: seconds, and the share of the work. */
const TOO_EARLY = { seconds: 1, share: 0.02 };

export interface Overall {
  /** Passes events on, and after those of the work one about the whole of it. */
  emit: Emit;
  /** Says what there is to do; before, nothing is told of the whole. */
  begin(jobs: readonly Job[]): void;
}

/** Follows the steps of a build and tells how far all of it is. */
export function tellingOverall(emit: Emit, now = (): number => performance.now()): Overall {
  let state = stateOf([], now());
  return {
    begin: (jobs) => void (state = stateOf(jobs, now())),
    emit(event) {
      emit(event);
      if (follow(state, event)) emit(overall(state, now()));
    },
  };
}

interface State {
  began: number;
  left: Map<string, Job>;
  /** How much of running steps is done, 0 to 1. */
  shares: Map<string, number>;
  assets: { done: number; total: number };
  /** Weight of what was made; what a cache had tells nothing of speed. */
  made: number;
  bytes: number;
}

const stateOf = (jobs: readonly Job[], began: number): State => ({
  began,
  left: new Map(jobs.map((job) => [job.id, job])),
  shares: new Map(),
  assets: { done: 0, total: jobs.filter(({ isAsset }) => isAsset).length },
  made: 0,
  bytes: 0,
});

/** Whether the event changed anything. */
function follow(state: State, event: RolesEvent): boolean {
  if (event.type !== "step-finished" && event.type !== "step-progress") return false;
  const job = state.left.get(event.id);
  if (event.type === "step-finished" && event.id.startsWith("asset-")) state.bytes += event.bytes ?? 0;
  if (!job) return false;
  if (event.type === "step-progress") {
    state.shares.set(event.id, Math.min(1, event.bytes / (event.totalBytes ?? Infinity)));
    return true;
  }
  state.left.delete(event.id);
  if (!event.cached) state.made += job.weight;
  if (job.isAsset) state.assets.done += 1;
  return true;
}

function overall({ began, left, shares, assets, made, bytes }: State, now: number): RolesEvent {
  const running = sum([...shares], ([id, share]) => (left.get(id)?.weight ?? 0) * share);
  const done = made + running;
  const remaining = sum([...left.values()], ({ weight }) => weight) - running;
  const seconds = (now - began) / 1000;
  const isEarly = seconds < TOO_EARLY.seconds || done <= TOO_EARLY.share * (done + remaining);
  return {
    type: "overall",
    assets: { ...assets },
    bytes,
    ...(isEarly ? {} : { secondsLeft: (remaining * seconds) / done }),
  };
}

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);
