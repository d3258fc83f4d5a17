import { describe, expect, it } from "vitest";
import { netbootFiles } from "./files.ts";
import { groupsOf, profileOfOwn } from "./groups.ts";

const request = {
  role: "compute",
  arch: "arm64",
  version: "v1.13.6",
  cmdline: "talos.platform=metal console=tty0",
  nodes: [
    { name: "n1", mac: "52:54:00:AB:cd:01" },
    { name: "n2", serial: "SN-0001", uuid: "AB6f0000-0000-0000-0000-000000000001" },
    { name: "n3" },
  ],
} as const;

const textOf = (path: string): string => netbootFiles(request).find((file) => file.path === path)?.text ?? "";

describe("files for network boot", () => {
  it("are a script, a profile, and a group for every machine that can be recognised", () => {
    expect(netbootFiles(request).map(({ path }) => path)).toEqual([
      "compute/arm64.ipxe",
      "matchbox/profiles/compute-arm64.json",
      "matchbox/groups/n1.json",
      "matchbox/groups/n2.json",
    ]);
  });

  it("iPXE fetches what lies beside the script", () => {
    expect(textOf("compute/arm64.ipxe")).toBe(`#!ipxe
# Role compute (arm64), Talos v1.13.6
imgfree
kernel kernel-arm64 initrd=initramfs-metal-arm64.xz talos.platform=metal console=tty0
initrd initramfs-metal-arm64.xz
boot
`);
  });

  it("matchbox serves the same from its folder of assets", () => {
    expect(JSON.parse(textOf("matchbox/profiles/compute-arm64.json"))).toEqual({
      id: "compute-arm64",
      name: "Talos v1.13.6, role compute, arm64",
      boot: {
        kernel: "/assets/compute/kernel-arm64",
        initrd: ["/assets/compute/initramfs-metal-arm64.xz"],
        args: ["initrd=initramfs-metal-arm64.xz", "talos.platform=metal", "console=tty0"],
      },
    });
  });

  it("a group selects its machine as iPXE names it", () => {
    expect(JSON.parse(textOf("matchbox/groups/n1.json"))).toMatchObject({
      profile: "compute-arm64",
      selector: { mac: "52:54:00:ab:cd:01" },
    });
    expect(JSON.parse(textOf("matchbox/groups/n2.json"))).toMatchObject({
      selector: { serial: "SN-0001", uuid: "ab6f0000-0000-0000-0000-000000000001" },
    });
  });
});

describe("a group that a build wrote", () => {
  const [written] = groupsOf(request);
  const own = JSON.stringify(written!.group);
  const changed = (change: object): string => JSON.stringify({ ...written!.group, ...change });

  it("is known again by its content, with its profile", () => {
    expect(profileOfOwn("n1", own)).toBe("compute-arm64");
    expect(profileOfOwn("n1", changed({ selector: {} }))).toBe("compute-arm64");
  });

  it.each([
    ["is no JSON", "{"],
    ["is nothing", "null"],
    ["is a text", '"n1"'],
    ["is a number", "1"],
    ["is of another machine", changed({ id: "n2" })],
    ["has a name that someone gave it", changed({ name: "rack 4" })],
    ["has more in it", changed({ metadata: {} })],
    ["has no text for a profile", changed({ profile: 1 })],
    ["has less in it", JSON.stringify({ id: "n1", name: "Node n1", profile: "compute-arm64" })],
  ])("is someone else's where it %s", (_, text) => expect(profileOfOwn("n1", text)).toBeUndefined());
});
