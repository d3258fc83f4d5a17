import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doneSteps, smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { readRecord } from "./record.ts";

let small: SmallBuild;
beforeAll(async () => {
  small = await smallBuild();
}, 60_000);
afterAll(() => small.close());

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

describe("buildRoles", () => {
  it("makes every asset of every role, and records what it read back", async () => {
    const { record, assets } = await small.build();
    expect(await readRecord(small.out)).toEqual(record);
    expect(record.talosVersion).toBe("v1.13.6");
    expect(record.roles.map(({ name, extensions }) => [name, ...names(extensions)])).toEqual([
      ["compute", "drbd", "zfs", "spin"],
      ["gateway", "drbd", "zfs", "spin", "tailscale"],
    ]);
    const [compute] = record.roles;
    expect(compute!.assets.map(({ kind, format }) => [kind, format])).toEqual([
      ["kernel", undefined],
      ["initramfs", undefined],
      ["cmdline", undefined],
      ["uki", undefined],
      ["installer", "oci-layout"],
      ["installer", "docker-archive"],
      ["netboot", "ipxe"],
      ["netboot", "matchbox"],
      ["spdx", "spdx-2.3"],
    ]);
    expect(compute!.extensions[0]!.digest).toBe(small.lock.architectures.arm64!.extensions["drbd"]!.digest);
    expect(assets.every(({ cached }) => !cached)).toBe(true);
  });

  it("leaves what is unchanged as it is", async () => {
    await small.build();
    const again = await small.build();
    expect(again.assets.every(({ cached }) => cached)).toBe(true);
    expect(doneSteps(again.events, "")).toEqual([]);
  });

  it("makes again what was changed or removed, and only that", async () => {
    const { assets } = await small.build();
    const [uki, archive] = [assets.find(({ kind }) => kind === "uki")!, assets.at(-1)!];
    const before = await readFile(join(small.out, uki.path));
    await writeFile(join(small.out, uki.path), "damaged");
    await rm(join(small.out, archive.path));
    const again = await small.build();
    expect(again.assets.filter(({ cached }) => !cached).map(({ path }) => path)).toEqual([
      uki.path,
      archive.path,
    ]);
    expect(await readFile(join(small.out, uki.path))).toEqual(before);
  });

  it("keeps other roles and outputs in the record as long as they are there and for the same lock", async () => {
    const whole = await small.build();
    const part = await small.build({ only: ["gateway"], outputs: ["uki"] });
    expect(part.assets.map(({ path }) => path)).toEqual([
      "gateway/metal-arm64-uki.efi",
      "gateway/arm64.spdx.json",
    ]);
    expect(part.record.roles.map(({ assets }) => assets.length)).toEqual([9, 9]);
    expect(new Set(part.record.roles[1]!.assets)).toEqual(new Set(whole.record.roles[1]!.assets));
    await rm(join(small.out, "compute/kernel-arm64"));
    const { record } = await small.build({ only: ["gateway"] });
    expect(record.roles.map(({ assets }) => assets.length)).toEqual([8, 9]);
  });
});
