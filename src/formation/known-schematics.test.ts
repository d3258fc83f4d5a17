import { describe, expect, it } from "vitest";
import { schematicId } from "../catalog/schematic/id.ts";
import { extensionsOfId } from "./known-schematics.ts";

const idOf = (...names: string[]) =>
  schematicId({ officialExtensions: names.map((name) => `siderolabs/${name}`) });

describe("extensionsOfId", () => {
  it("knows the id of the image without extensions", () => {
    expect(extensionsOfId("376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba")).toEqual([]);
  });

  it.each([
    [["iscsi-tools"]],
    [["amd-ucode"]],
    [["zfs"]],
    [["amd-ucode", "zfs"]],
    [["vmtoolsd-guest-agent", "xe"]],
    [["tailscale", "zfs"]],
    [["amd-ucode", "amdgpu", "binfmt-misc"]],
    [["drbd", "spin", "zfs"]],
    [["vmtoolsd-guest-agent", "xe", "zfs"]],
    // As people wrote them, in an order that is not sorted, or longer than three.
    [["drbd", "zfs", "spin"]],
    [["drbd", "zfs", "spin", "tailscale"]],
    [["drbd", "spin", "tailscale", "zfs"]],
    [["i915", "nut-client", "btrfs", "iscsi-tools", "util-linux-tools"]],
    [["iscsi-tools", "qemu-guest-agent", "util-linux-tools"]],
  ])("recognises %j", (names) => expect(extensionsOfId(idOf(...names))).toEqual(names));

  it.each([
    ["in an order that nobody uses", idOf("zfs", "drbd")],
    ["of four names", idOf("amd-ucode", "amdgpu", "drbd", "zfs")],
    ["with one name twice", idOf("zfs", "zfs")],
    ["of another name", idOf("acme")],
    ["that is none", "0".repeat(64)],
  ])("says nothing of an id %s", (_, id) => expect(extensionsOfId(id)).toBeUndefined());
});
