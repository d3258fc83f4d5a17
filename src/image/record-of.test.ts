import { beforeEach, describe, expect, it } from "vitest";
import { lockOf, pinned } from "../../tests/helpers/small-lock.ts";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { tools as known } from "../formats/tools.ts";
import { emptyContract } from "../talos/contract.ts";
import type { ReadBack } from "./read-back.ts";
import { planBuild } from "./plan.ts";
import type { Plan } from "./plan-model.ts";
import type { BuildRecord } from "./record.ts";
import { mergedRecord } from "./record-of.ts";

const zfs = {
  ...pinned("ghcr.io/siderolabs/zfs"),
  name: "zfs",
  version: "2.4.3-v1.13.6",
  contract: emptyContract(),
};
const virtual = {
  manifest: { name: "embedded-config", version: "1", author: "", description: "", compatibility: "" },
  files: [],
};
const tools = Object.fromEntries(Object.keys(known).map((name) => [name, "1.0"]));
const planOf = (inputsKey = "1".repeat(64), talos = "v1.13.6"): Plan => {
  const lock = lockOf({ zfs });
  lock.talos = talos;
  const { a } = lock.roles;
  lock.roles = { a: a!, b: structuredClone(a!) };
  lock.roles["b"]!.arm64!.inputsKey = inputsKey;
  const roles = rolesOf(
    `cluster: {talos: ${talos}, arch: arm64}\nroles: {a: {extensions: [zfs]}, b: {extensions: [zfs]}}\n`,
  );
  return planBuild({ roles, lock, outputs: ["kernel", "cmdline"], tools, virtual: { b: [virtual] } });
};
const nothing: ReadBack = {
  talosVersion: null,
  arch: null,
  kernelRelease: null,
  cmdline: null,
  extensions: [],
  standIns: [],
};
const whole: ReadBack = {
  ...nothing,
  talosVersion: "v1.13.6",
  kernelRelease: "6.99.0-read",
  extensions: [
    { name: "zfs", version: "as read" },
    { name: "stranger", version: "1" },
  ],
  standIns: ["kernel"],
};

function built(of: Plan, index: number, told: readonly ReadBack[]) {
  const target = of.targets[index]!;
  return target.assets.map((asset, at) => ({
    target,
    asset,
    cached: false,
    result: { written: { sha256: `${index}${at}`, bytes: at, files: {} }, readBack: told[at] ?? nothing },
  }));
}
let plan: Plan;
let first: BuildRecord;
beforeEach(() => {
  plan = planOf();
  first = mergedRecord({
    plan,
    selected: plan.targets,
    built: [...built(plan, 0, [nothing, whole]), ...built(plan, 1, [])],
    before: undefined,
  });
});

describe("mergedRecord", () => {
  it("tells what was read back, and else what was planned", () => {
    expect(first).toMatchObject({ recordVersion: 1, talosVersion: "v1.13.6" });
    const [a, b] = first.roles;
    expect(a).toMatchObject({
      name: "a",
      arch: "arm64",
      kernelRelease: "6.99.0-read",
      extensions: [
        { name: "zfs", version: "as read", digest: zfs.digest },
        { name: "stranger", version: "1", digest: "" },
      ],
      standIns: ["kernel"],
      inputsKey: "0".repeat(64),
      schematic: null,
    });
    expect(b).toMatchObject({
      name: "b",
      kernelRelease: "6.18.44-talos",
      standIns: [],
      inputsKey: "1".repeat(64),
    });
    const key = plan.targets[1]!.segments[1]!.key;
    expect(b!.extensions).toEqual([
      { name: "zfs", version: "2.4.3-v1.13.6", digest: zfs.digest },
      { name: "embedded-config", version: "1", digest: `sha256:${key}` },
    ]);
  });

  it("has each asset by path, bytes and key", () => {
    const { assets } = plan.targets[0]!;
    expect(first.roles[0]!.assets).toEqual(
      assets.map(({ kind, path, buildKey, format, platform }, at) => ({
        kind,
        ...(format === undefined ? {} : { format }),
        ...(platform === undefined ? {} : { platform }),
        path,
        sha256: `0${at}`,
        bytes: at,
        buildKey,
      })),
    );
  });

  it("keeps of earlier builds what this one is not about, where the inputs are the same", () => {
    const selected = plan.targets.slice(0, 1);
    const again = mergedRecord({ plan, selected, built: built(plan, 0, []), before: first });
    expect(again.roles.map(({ name, assets }) => [name, assets.length])).toEqual([
      ["a", first.roles[0]!.assets.length],
      ["b", first.roles[1]!.assets.length],
    ]);
    expect(again.roles[1]).toEqual(first.roles[1]);
    const moved = planOf("2".repeat(64));
    const other = mergedRecord({
      plan: moved,
      selected: moved.targets.slice(0, 1),
      built: [],
      before: first,
    });
    expect(other.roles).toEqual([]);
  });

  it("keeps nothing of another role, architecture or file", () => {
    const selected = plan.targets.slice(0, 1);
    const other = { ...first.roles[1]!, name: "c" };
    const amd64 = { ...first.roles[1]!, arch: "amd64" as const };
    for (const roles of [[other], [amd64], []]) {
      const before: BuildRecord = { ...first, roles };
      expect(mergedRecord({ plan, selected, built: [], before }).roles).toEqual([]);
    }
    const empty: BuildRecord = { ...first, roles: [{ ...first.roles[1]!, assets: [] }] };
    expect(mergedRecord({ plan, selected, built: [], before: empty }).roles).toEqual([]);
  });

  it("names stand-ins once, whatever has them", () => {
    const of = built(plan, 0, [whole, { ...whole, standIns: ["kernel", "systemd-boot"] }]);
    const [role] = mergedRecord({ plan, selected: plan.targets, built: of, before: undefined }).roles;
    expect(role!.standIns).toEqual(["kernel", "systemd-boot"]);
  });

  it("keeps other assets of the role beside those that are new, and none that this build should have made", () => {
    const only = { ...plan.targets[0]!, assets: plan.targets[0]!.assets.slice(0, 1) };
    const of: Plan = { ...plan, targets: [only, plan.targets[1]!] };
    const partly = mergedRecord({ plan: of, selected: [only], built: built(of, 0, []), before: first });
    expect(partly.roles[0]!.assets.map(({ path }) => path)).toEqual(
      first.roles[0]!.assets.map(({ path }) => path),
    );
    const failed = mergedRecord({ plan, selected: plan.targets, built: [], before: first });
    expect(failed.roles).toEqual([]);
    const half = mergedRecord({ plan: of, selected: [only], built: [], before: first });
    expect(half.roles[0]!.assets).toEqual(first.roles[0]!.assets.slice(1));
  });
});
