import { describe, expect, it } from "vitest";
import { overlappingArgs } from "./overlapping-args.ts";

const base = { version: "v1.13.6", arch: "arm64", platform: "metal", purpose: "other" } as const;
const found = (...extra: string[]) => overlappingArgs({ ...base, extra });

describe("overlappingArgs", () => {
  it.each([
    [
      "another value of Talos' own",
      ["selinux=0"],
      [{ extra: "selinux=0", other: "selinux=1", from: "talos" }],
    ],
    ["the same value again", ["pti=on"], [{ extra: "pti=on", other: "pti=on", from: "talos" }]],
    [
      "one without a value",
      ["slab_nomerge"],
      [{ extra: "slab_nomerge", other: "slab_nomerge", from: "talos" }],
    ],
    ["the role's own twice", ["quiet", "quiet"], [{ extra: "quiet", other: "quiet", from: "role" }]],
  ])("finds %s", (_, extra, expected) => expect(found(...extra)).toEqual(expected));

  it.each([
    ["what replaces after taking away", ["-selinux", "selinux=0"]],
    ["what takes that value away", ["-pti=on", "pti=off"]],
    ["consoles, which replace Talos' own", ["console=ttyS0", "console=tty0"]],
    ["another platform, which replaces", ["talos.platform=nocloud"]],
    ["keys of which there may be several", ["ip=a", "ip=b", "net.ifnames=0"]],
  ])("lets pass %s", (_, extra) => expect(found(...extra)).toEqual([]));

  it("depends on the platform", () => {
    expect(overlappingArgs({ ...base, platform: "nocloud", extra: ["net.ifnames=0"] })).toHaveLength(1);
  });
});
