import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { inspectFile } from "../../src/inspect/file.ts";
import type { Inspection } from "../../src/inspect/inspection.ts";
import { chosenOutputs } from "../../src/roles/choose.ts";
import { rolesOf, adr } from "../helpers/roles-texts.ts";
import { smallBuild, type SmallBuild } from "../helpers/small-build.ts";

// A disk image has two gigabytes, if mostly of nothing.
vi.setConfig({ testTimeout: 180_000 });
let small: SmallBuild;
beforeAll(async () => {
  small = await smallBuild();
}, 60_000);
afterAll(() => small.close());

const inspect = (path: string): Promise<Inspection> => inspectFile(join(small.out, path));
const initramfsOf = ({ initramfs }: Inspection): string | undefined => initramfs?.sha256;

describe("ISO, disk image and UKI of a role", () => {
  it("carry the same initramfs, each with the boot menu that Talos gives it", async () => {
    await small.build({ only: ["gateway"], outputs: ["initramfs", "uki", "installer", "iso", "metal"] });
    const uki = await inspect("gateway/metal-arm64-uki.efi");
    const iso = await inspect("gateway/metal-arm64.iso");
    const disk = await inspect("gateway/metal-arm64.raw.zst");
    const installer = await inspect("gateway/installer-arm64.tar");
    const alone = await inspect("gateway/initramfs-metal-arm64.xz");
    expect(new Set([uki, iso, disk, installer, alone].map(initramfsOf)).size).toBe(1);
    expect(installer.uki?.sha256).toBe(disk.uki?.sha256);
    const menus = [uki, iso, disk].map((one) => one.uki?.profiles.map(({ id }) => id));
    expect(menus).toEqual([["main"], ["main", "reset"], ["main", "reset-maintenance"]]);
    expect(iso.cmdline).toContain("talos.halt_if_installed=1");
    expect(disk.extensions.map(({ name }) => name)).toEqual(["drbd", "zfs", "spin", "tailscale"]);
  });

  it("are unchanged in the next build, and made again when they are damaged", async () => {
    const outputs = ["iso", "metal"] as const;
    await small.build({ only: ["compute"], outputs });
    const again = await small.build({ only: ["compute"], outputs });
    expect(again.assets.map(({ kind, cached }) => [kind, cached])).toEqual([
      ["iso", true],
      ["disk", true],
      ["spdx", true],
    ]);
  });
});

describe("the SPDX document", () => {
  it("names the inputs that the lock pins", async () => {
    await small.build({ only: ["compute"], outputs: ["initramfs"] });
    const text = await readFile(join(small.out, "compute/arm64.spdx.json"), "utf8");
    const { base, bootFiles, extensions } = small.lock.architectures.arm64!;
    for (const { manifest } of [base, bootFiles, extensions["drbd"]!, extensions["spin"]!])
      expect(text).toContain(manifest.slice(7));
    expect(text).not.toContain(extensions["tailscale"]!.manifest.slice(7));
  });
});

/** Every one of these is known from roles.yaml alone: nothing may be written. */
describe("what cannot be made is refused before work starts", () => {
  const refused = async (changed: string, outputs: Parameters<SmallBuild["build"]>[0], code: string) => {
    const out = join(small.folder, "refused");
    const roles = rolesOf(changed, join(small.folder, "roles.yaml"));
    await expect(small.build({ ...outputs, roles, out })).rejects.toMatchObject({ code });
    expect(existsSync(out)).toBe(false);
  };
  const withImages = (line: string): string => adr.replace("roles:\n", `images: {${line}}\nroles:\n`);
  const withArgs = (...args: string[]): string =>
    adr.replace("  compute:\n", `  compute:\n    kernelArgs: ${JSON.stringify(args)}\n`);

  it("a disk that Talos' partitions do not fit on", () =>
    refused(withImages("diskSize: 2GiB"), { outputs: ["metal"] }, "DISK_TOO_SMALL"));

  it("sectors of 4096 bytes before Talos 1.14", () =>
    refused(withImages("sectorSize: 4096"), { outputs: ["metal"] }, "UNSUPPORTED"));

  it("another packing for Google Cloud than it takes", () =>
    refused(withImages("diskCompression: xz"), { outputs: ["gcp"] }, "UNSUPPORTED"));

  it("a kernel argument beside Talos' own", () =>
    refused(withArgs("selinux=0"), { outputs: ["uki"] }, "ROLES_INVALID"));

  it("a kernel argument that only the cloud's image has by itself", async () => {
    await refused(withArgs("net.ifnames=0"), { outputs: ["aws"] }, "ROLES_INVALID");
  });

  it.each(["metl", "vmware"])(
    "%s, an output or platform that nobody knows, with those that there are",
    (word) => {
      expect(() => chosenOutputs(small.roles, [word])).toThrow(
        expect.objectContaining({ code: "USAGE", message: expect.stringContaining(word) as string }),
      );
    },
  );

  it.each([
    ["secureboot-iso", "signed"],
    ["metal-grub", "GRUB"],
    ["rpi_generic", "overlay"],
  ])("%s, with the reason and what to use instead", (word, reason) => {
    expect(() => chosenOutputs(small.roles, [word])).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringContaining(reason) as string }),
    );
  });

  it.each(["iso", "metal", "aws"] as const)("%s for Talos 1.9, which has no systemd-boot", async (output) => {
    const lock = { ...small.lock, talos: "v1.9.6" };
    const out = join(small.folder, "old");
    await expect(small.build({ lock, outputs: [output], out })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
    expect(existsSync(out)).toBe(false);
  });
});
