import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRolesError } from "../../errors.ts";
import { schematicId } from "./id.ts";
import { readSchematic } from "./read.ts";

const id = (text: string) => schematicId(readSchematic(text));
const extensions = (...names: string[]) =>
  JSON.stringify({
    customization: { systemExtensions: { officialExtensions: names.map((name) => `siderolabs/${name}`) } },
  });
const args = (...extraKernelArgs: string[]) => JSON.stringify({ customization: { extraKernelArgs } });
const compute = `
customization:
  extraKernelArgs: []
  systemExtensions:
    officialExtensions: [siderolabs/drbd, siderolabs/spin, siderolabs/zfs]
`;
const embedded = (text: string) => JSON.stringify({ customization: { embeddedMachineConfiguration: text } });

describe("schematicId", () => {
  it.each([
    ["{}", "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"],
    ["customization: {}", "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"],
    [args("noapic", "nolapic"), "9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c"],
    [
      "customization: {meta: [{key: 10, value: foo}]}",
      "d308a2a5ee2277bed5fbaa104fcbc8d59122abfa737df987a95b4ca763459a7f",
    ],
    [
      "customization: {secureboot: {includeWellKnownCertificates: true}}",
      "fa8e05f142a851d3ee568eb0a8e5841eaf6b0ebc8df9a63df16ac5ed2c04f3e6",
    ],
    [
      "customization: {diskImage: {sectorSize: 4096}}",
      "92833e9ddd9bb9e11b2464fa5525429f01866306d52ebd882ee08d7918f6d1ea",
    ],
    [
      "overlay: {name: rpi_generic, image: siderolabs/sbc-raspberrypi}",
      "ee21ef4a5ef808a9b7484cc0dda0f25075021691c8c09a276591eedb638ea1f9",
    ],
    [extensions("drbd", "zfs"), "98442b5bb4e8d050f30978ce3e6ec22e7bf534d57cafcd51313235128057e612"],
    [compute, "5b3bba0ae2e83349e7ce3892db4dd1f6447e38fd4da3c428516616f9866a7f86"],
    [
      extensions("drbd", "zfs", "spin", "tailscale"),
      "aa1b1973ea802c01427c8e3737f3eecd09f0032d736056043a9480ae09939cb5",
    ],
    [extensions("tailscale"), "4a0d65c669d46663f377e7161e50cfd570c401f26fd9e7bda34a0216b6f1922b"],
    [
      compute.replace("[]", '["console=ttyAMA0,115200"]'),
      "75166d5d28223c41ef9a4e953281bc83a9643c4ec99cbc3d1c897bacd62e639c",
    ],
    [
      `overlay: {image: siderolabs/sbc-rockchip, name: turingrk1}${compute}`,
      "95c6329fff6a27e3da2cd27c1fa7d516771a0fddd5abbab995b6bc02b2087f8c",
    ],
    [
      embedded("version: v1alpha1\nmachine:\n  type: worker"),
      "f98002a9b579dfdb9a9a62d65ce26f3bc2b2a06ed6c1688d8a9b356760b45a1a",
    ],
    // From here on: answered alike by Image Factory's structure compiled against yaml.v3 3.0.4 and go-yaml v4 rc.2, rc.3, rc.4 and rc.6.
    [
      embedded("machine:\n  type: worker\n"),
      "bce6ff991e542289ce00ad05b156cc12063281bf9c2a2c09f96cabbb1533e0dc",
    ],
    [
      "customization: {bootloader: sd-boot, secureboot: {enrollKeys: force}}",
      "495eb30e721b61965263c6f3d095308aafa3b83492c7ff0f6298fd9bee3d78fe",
    ],
    [
      args("a: b", "+1", "#x", "true", "", "0x1f", "é", "- x", "1e3", "2024-01-01"),
      "d27b97759f0672f5549a1ebe098ba3e808e3874c205315392561ba2599f6ded5",
    ],
    [
      "customization:\n  meta:\n  - key: 0xa\n    value: |\n      a: 1\n      b: 2\n",
      "b7e0ef91dfd28fb7ca31e2995bf6284deb0a794dc9004bdf68bb01958adef4d4",
    ],
    [
      "overlay:\n  image: siderolabs/sbc-rockchip\n  name: turingrk1\n  options: {list: [a, 1, true], configTxtAppend: x}\n",
      "28491437777bdb2b52a3524c579f9cd33a63cfe60080b080df09f14b2db25c38",
    ],
  ])("of %s", (text, expected) => {
    expect(id(text)).toBe(expected);
  });

  it("is known for ordinary kernel arguments", () => {
    const ordinary = [
      "-init_on_alloc",
      "net.ifnames=0",
      "console=ttyS0,115200n8",
      "ip=10.0.0.1::10.0.0.254:255.255.255.0::eth0:off",
      "vfio-pci.ids=10de:1eb8,8086:0001",
      "talos.config=https://h/c?h=${hostname}&m=${mac}",
      "module_blacklist=a,b",
    ];
    expect(id(args(...ordinary))).toMatch(/^[0-9a-f]{64}$/);
  });

  it("depends on the order of extensions", () => {
    expect(id(extensions("a", "b"))).not.toBe(id(extensions("b", "a")));
  });

  it.each([
    ...["yes", "no", "on", "off", "y", "n", "Y", "N", "Off", "1:20", "10:20:30", "<<", "1_000", "+_9"].map(
      (word) => args(word),
    ),
    embedded("\nversion: v1alpha1\n\n\n"),
    embedded("a: 1\r\nb: 2"),
    embedded(" a\nb"),
    embedded("a \nb"),
    args("😀"),
    args("a\tb"),
    "owner: me",
    "customization: {extraKernelArgs: [~]}",
    "customization: {extraKernelArgs: [2024-01-01]}",
    "customization: {extraKernelArgs: [&a x, *a]}",
    "customization: {extraKernelArgs: [!!str 5]}",
    "customization: {bootloader: auto}",
    "customization: {secureboot: {includeWellKnownCertificates: yes}}",
    "overlay: {image: a, name: b, options: {b10: 1, b2: 1}}",
    "overlay: {image: a, name: b, options: {a: 1.50}}",
    "overlay: {image: a, name: b, options: {a: [{b: 1}]}}",
    "customization: {}\n---\ncustomization: {}",
  ])("is left to the factory for %s", (text) => {
    expect(() => id(text)).toThrow(expect.objectContaining({ code: "SCHEMATIC_UNCERTAIN" }));
  });

  it.each([
    "",
    "[]",
    "customisation: {}",
    "customization: {extensions: []}",
    "customization: {extraKernelArgs: noapic}",
    "customization: {meta: [{key: 300, value: x}]}",
    'customization: {meta: [{key: "10", value: x}]}',
    "customization: {\n",
    "customization: {}\ncustomization: {}\n",
  ])("refuses what is no schematic: %s", (text) => {
    expect(() => id(text)).toThrow(expect.objectContaining({ code: "SCHEMATIC_INVALID" }));
  });

  it("answers or refuses any text with a code", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((value) => args(value)),
      fc.string().map((value) => embedded(value)),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          expect(id(text)).toMatch(/^[0-9a-f]{64}$/);
        } catch (error) {
          expect(isRolesError(error, "SCHEMATIC_INVALID", "SCHEMATIC_UNCERTAIN")).toBe(true);
        }
      }),
    );
  });
});
