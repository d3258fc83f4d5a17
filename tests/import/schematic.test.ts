import { describe, expect, it } from "vitest";
import { schematicId } from "../../src/catalog/schematic/id.ts";
import { readSchematic } from "../../src/catalog/schematic/read.ts";
import { imported, profile, said } from "./imported.ts";

describe("what a schematic says beside its extensions", () => {
  const full = `customization:
  extraKernelArgs: [mitigations=off, "\${ARG}"]
  meta: [{key: 0xa, value: "network: {}"}, {key: 3, value: x}, {key: 12, value: "\${META}"}]
  systemExtensions: {officialExtensions: [siderolabs/zfs]}
  secureboot: {enrollKeys: if-safe}
  bootloader: sd-boot
  embeddedMachineConfiguration: "machine: {token: never-shown}"
overlay: {image: siderolabs/sbc-raspberrypi, name: rpi_generic}
`;

  it("a schematic's META values go with it, and what a role has no place for is named", async () => {
    const made = await imported({ "talos/schematic.yaml": full });
    expect(made.loaded.roles).toMatchObject([
      { kernelArgs: ["mitigations=off"], meta: [{ key: 10, value: "network: {}" }] },
    ]);
    const named = made.notCarried.map(({ what }) => what).join(", ");
    for (const what of [
      "a kernel argument",
      "META value 3",
      "META value 12",
      "`overlay`",
      "`customization.secureboot`",
      "`customization.bootloader`",
      "`customization.embeddedMachineConfiguration`",
    ])
      expect(named).toContain(what);
    expect(made.text).not.toContain("never-shown");
  });

  it("so does a schematic beside a config that has its id", async () => {
    const schematic = "customization: {meta: [{key: 10, value: x}]}\n";
    const id = schematicId(readSchematic(schematic));
    const { loaded } = await imported({
      "schematic.yaml": schematic,
      "n1.yaml": `machine: {type: worker, network: {hostname: n1}, install: {image: 'factory.talos.dev/installer/${id}:v1.13.1'}}\n`,
    });
    expect(loaded.roles).toMatchObject([{ extensions: [], meta: [{ key: 10, value: "x" }] }]);
  });

  it("an imager profile's META values are carried, and its overlay is named", async () => {
    const made = await imported({
      "metal.yaml": profile(
        "image",
        "customization: {metaContents: [{key: 10, value: x}]}\noverlay: {name: rpi_generic}\n",
      ),
    });
    expect(made.loaded.roles).toMatchObject([{ meta: [{ key: 10, value: "x" }] }]);
    expect(said(made)).toMatch(/`overlay` of the schematic \(metal\)/);
    expect(said(made)).not.toContain("`customization`");
  });
});
