import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { plainOutputs, smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { file, founding, type SmallExtension } from "../../tests/helpers/small-upstream.ts";
import { inspectFile } from "../inspect/file.ts";

let small: SmallBuild | undefined;
afterEach(async () => {
  await small?.close();
  small = undefined;
});

const open = async (...args: Parameters<typeof smallBuild>): Promise<SmallBuild> =>
  (small = await smallBuild(...args));

describe("a build", () => {
  it("for two architectures shares nothing between them but names both", async () => {
    const { build, out } = await open({
      text: `
cluster: {talos: v1.13.6, arch: [arm64, amd64]}
roles:
  gateway: {extensions: [drbd, tailscale]}
`,
    });
    const { record } = await build({ outputs: ["uki", "installer"] });
    expect(record.roles.map(({ name, arch, installer }) => [name, arch, installer])).toEqual([
      ["gateway", "arm64", "localhost:5000/talos-gateway-arm64:v1.13.6"],
      ["gateway", "amd64", "localhost:5000/talos-gateway-amd64:v1.13.6"],
    ]);
    const found = await inspectFile(join(out, "gateway/metal-amd64-uki.efi"));
    expect(found).toMatchObject({ arch: "amd64", kernelRelease: "6.18.1-talos" });
    expect(found.cmdline).toContain("console=tty0");
    const only = await build({ outputs: ["uki"], arch: "amd64" });
    expect(new Set(only.assets.map(({ arch }) => arch))).toEqual(new Set(["amd64"]));
    expect(only.assets[0]!.path).toBe("gateway/metal-amd64-uki.efi");
  });

  it("of a Talos before 1.10 has no UKI: its installer holds kernel and initramfs", async () => {
    const { build, out } = await open({
      text: "cluster: {talos: v1.9.6, arch: arm64}\nroles:\n  node: {extensions: [spin, tailscale]}\n",
      extensions: { spin: founding["spin"]!, tailscale: founding["tailscale"]! },
      registry: { talos: "v1.9.6" },
    });
    await expect(build({ outputs: ["uki"] })).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const { assets } = await build({ outputs: plainOutputs.filter((output) => output !== "uki") });
    const kinds = assets.map(({ kind }) => kind);
    expect(kinds.slice(0, 5)).toEqual(["kernel", "initramfs", "cmdline", "installer", "installer"]);
    const installer = await inspectFile(join(out, "node/installer-arm64.tar"));
    expect(installer.image?.files.map(({ path }) => path)).toEqual([
      "usr/install/arm64/initramfs.xz",
      "usr/install/arm64/vmlinuz",
    ]);
    expect(installer.extensions.map(({ name }) => name)).toEqual(["spin", "tailscale"]);
  });

  it("without extensions has the stock initramfs byte for byte", async () => {
    const { build, out } = await open({
      text: "cluster: {talos: v1.13.6, arch: arm64}\nroles:\n  plain: {}\n",
    });
    const { record } = await build({ outputs: ["initramfs", "uki"] });
    expect(record.roles[0]!.extensions).toEqual([]);
    const { initramfs } = await inspectFile(join(out, "plain/initramfs-metal-arm64.xz"));
    expect(initramfs?.segments.length).toBe(1);
  });

  it("takes microcode and firmware out of the layers, and the contract still counts them", async () => {
    const firmware = (folder: string, name: string, files: Record<string, string>): SmallExtension => ({
      version: name,
      files: () =>
        Object.entries(files).map(([path, text]) => file(`usr/lib/firmware/${folder}/${path}`, text)),
    });
    const { build, out, lock } = await open({
      text: "cluster: {talos: v1.13.6, arch: [amd64]}\nroles:\n  node: {extensions: [intel-ucode, amd-ucode, qlogic-firmware, spin]}\n",
      extensions: {
        ...founding,
        "intel-ucode": firmware("intel-ucode", "20260512", { "06-01": "one", "06-02": "two" }),
        "amd-ucode": firmware("amd-ucode", "20260512", { "microcode_amd_fam17h.bin": "three" }),
        "qlogic-firmware": firmware("qlogic", "20260622", { "a.bin": "firmware" }),
      },
    });
    await build({ outputs: ["initramfs", "uki", "installer"] });
    const found = await inspectFile(join(out, "node/initramfs-metal-amd64.xz"));
    expect(found.contract).toEqual(lock.roles["node"]!.amd64!.contract);
    expect(found.initramfs).toMatchObject({ microcodeBytes: 11, firmwareBytes: 8 });
    const [early] = found.initramfs!.segments;
    expect(early).toMatchObject({ offset: 0, compression: "plain" });
    expect(early!.entries.at(-1)!.path).toBe("kernel/x86/microcode/GenuineIntel.bin");
  });

  it("stands on a base that holds the boot files itself, where a registry has no imager", async () => {
    const { build, out, lock } = await open({ registry: { imager: false } });
    expect(lock.architectures.arm64!.bootFiles).toEqual(lock.architectures.arm64!.base);
    await build({ outputs: ["installer"] });
    const { extensions } = await inspectFile(join(out, "gateway/installer-arm64"));
    expect(extensions.map(({ name }) => name)).toEqual(["drbd", "zfs", "spin", "tailscale"]);
  });

  it("carries the schematic and an embedded machine config as extensions of their own", async () => {
    const config = "machine: {type: worker}\n";
    const text = `
cluster: {talos: v1.13.6, arch: arm64}
images: {schematicExtension: true}
roles:
  node: {extensions: [spin], embeddedConfig: node.yaml}
`;
    const { build, out, lock } = await open({ text, files: { "node.yaml": config } });
    const { record } = await build({ outputs: ["uki"] });
    const { schematic, extensions } = record.roles[0]!;
    expect(schematic).toBe(lock.roles["node"]!.arm64!.schematic);
    expect(extensions.map(({ name, version }) => [name, version])).toEqual([
      ["spin", "v0.25.1"],
      ["schematic", schematic],
      ["embedded-config", createHash("sha256").update(config).digest("hex")],
    ]);
    const { initramfs } = await inspectFile(join(out, "node/metal-arm64-uki.efi"));
    expect(initramfs?.layers.map(({ file }) => file)).toEqual([
      "spin.sqsh",
      "schematic.sqsh",
      "embedded-config.sqsh",
    ]);
    await writeFile(join(out, "..", "node.yaml"), `${config}# more\n`);
    // The lock is of the file as it was; `build` holds it against it before it comes here.
    const { assets } = await build({ outputs: ["uki"] });
    expect(assets[0]).toMatchObject({ cached: false });
  });

  it("has the role's kernel arguments in every command line, and META where no partition holds it", async () => {
    const { build, out } = await open({
      text: `
cluster: {talos: v1.13.6, arch: arm64}
roles:
  node:
    extensions: [spin]
    kernelArgs: [net.ifnames=0, -selinux]
    meta: [{key: 10, value: hello}]
`,
    });
    const { assets } = await build();
    const cmdline = async (name: string) => (await inspectFile(join(out, "node", name))).cmdline ?? "";
    const [uki, installer] = [await cmdline("metal-arm64-uki.efi"), await cmdline("installer-arm64.tar")];
    for (const text of [uki, installer]) {
      expect(text).toContain("net.ifnames=0");
      expect(text).not.toContain("selinux");
    }
    expect(uki).toContain("INSTALLER_META_BASE64=");
    expect(installer).not.toContain("INSTALLER_META_BASE64=");
    expect(assets.find(({ kind }) => kind === "cmdline")?.cmdline).toBe(uki);
  });
});
