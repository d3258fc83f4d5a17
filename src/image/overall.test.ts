import { expect, it } from "vitest";
import type { RolesEvent } from "../events.ts";
import type { AssetKind, AssetPlan, TargetPlan } from "./plan-model.ts";
import { type Job, jobsOf, tellingOverall } from "./overall.ts";

const jobs: Job[] = [
  { id: "segment-zfs-arm64", weight: 30, isAsset: false },
  { id: "segment-spin-arm64", weight: 30, isAsset: false },
  { id: "read-back-a", weight: 20, isAsset: true },
  { id: "read-back-b", weight: 20, isAsset: true },
];

function opened() {
  const events: RolesEvent[] = [];
  const clock = { at: 0 };
  const overall = tellingOverall(
    (event) => void events.push(event),
    () => clock.at,
  );
  const finish = (id: string, { seconds = 1, cached = false, bytes = 0 } = {}): RolesEvent | undefined => {
    clock.at += seconds * 1000;
    overall.emit({ type: "step-finished", id, label: id, seconds, cached, bytes });
    return events.at(-1);
  };
  return { overall, events, clock, finish };
}

it("tells assets, bytes and the time left by how fast the work before it went", () => {
  const { overall, finish, clock, events } = opened();
  overall.begin(jobs);
  // Twice as slow as was thought: 70 are left, which are 140 s.
  expect(finish("segment-zfs-arm64", { seconds: 60 })).toEqual({
    type: "overall",
    assets: { done: 0, total: 2 },
    bytes: 0,
    secondsLeft: 140,
  });
  clock.at += 30_000;
  overall.emit({ type: "step-progress", id: "segment-spin-arm64", bytes: 50, totalBytes: 100 });
  expect(events.at(-1)).toMatchObject({ secondsLeft: 110 });
  finish("segment-spin-arm64", { seconds: 30 });
  finish("asset-a", { bytes: 1000 });
  expect(finish("read-back-a", { seconds: 39 })).toMatchObject({
    assets: { done: 1, total: 2 },
    bytes: 1000,
    secondsLeft: 40,
  });
  expect(finish("read-back-b")).toMatchObject({ assets: { done: 2, total: 2 }, secondsLeft: 0 });
});

it("learns nothing of what a cache had, and says nothing of the time before it can", () => {
  const { overall, finish } = opened();
  overall.begin(jobs);
  const event = finish("segment-zfs-arm64", { cached: true, seconds: 5 });
  expect(event).toEqual({ type: "overall", assets: { done: 0, total: 2 }, bytes: 0 });
  expect(finish("segment-spin-arm64", { seconds: 25 })).toMatchObject({ secondsLeft: 40 });
});

it("passes on what is not part of the work, and tells nothing before it began", () => {
  const { overall, events, finish } = opened();
  overall.emit({ type: "note", level: "info", text: "x" });
  finish("segment-zfs-arm64");
  overall.begin(jobs);
  finish("something else");
  expect(events.map(({ type }) => type)).toEqual(["note", "step-finished", "step-finished"]);
});

it("knows what there is to do for assets, each step once, by what it costs", () => {
  const MIB = 1 << 20;
  const target = {
    arch: "arm64",
    bootFiles: { bytes: 100 * MIB },
    segments: [
      { name: "zfs", from: { image: { bytes: 30 * MIB } } },
      { name: "embedded-config", from: { virtual: {} } },
    ],
  } as unknown as TargetPlan;
  const jobs = (...kinds: AssetKind[]) =>
    jobsOf(kinds.map((kind) => ({ target, asset: { kind, path: kind } as AssetPlan })));
  expect(jobs("initramfs", "cmdline")).toEqual([
    { id: "boot-files-arm64", weight: 2, isAsset: false },
    { id: "segment-zfs-arm64", weight: 10, isAsset: false },
    { id: "segment-embedded-config-arm64", weight: 0, isAsset: false },
    { id: "read-back-initramfs", weight: 1.3, isAsset: true },
    { id: "read-back-cmdline", weight: 0, isAsset: true },
  ]);
  expect(jobs("iso").at(-1)?.weight).toBeCloseTo(1.3 * 2.4);
  expect(jobs()).toEqual([]);
});

it("counts the bytes of assets that are made, and passes on what is no work of the plan", () => {
  const { overall, events, finish } = opened();
  overall.begin([...jobs, { id: "asset-a", weight: 1, isAsset: false }]);
  finish("asset-a", { bytes: 7 });
  expect(events.at(-1)).toMatchObject({ type: "overall", bytes: 7, assets: { done: 0, total: 2 } });
  const before = events.length;
  finish("asset-b", { bytes: 5 });
  overall.emit({ type: "note", level: "info", text: "asset-a" });
  expect(events.slice(before).map(({ type }) => type)).toEqual(["step-finished", "note"]);
  finish("read-back-a", { bytes: 3 });
  expect(events.at(-1)).toMatchObject({ bytes: 12, assets: { done: 1, total: 2 } });
});
