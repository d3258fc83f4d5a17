import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Arch } from "../../src/talos/arch.ts";
import { adr } from "../helpers/roles-texts.ts";
import { smallBuild, type SmallBuild } from "../helpers/small-build.ts";

// Disk images have two gigabytes, if mostly of nothing, which other programs read to their end.
vi.setConfig({ testTimeout: 180_000 });
const MIB = 1 << 20;
const uefi = {
  arm64: { binutils: "aarch64-linux-gnu-", format: "pei-aarch64-little", loader: "BOOTAA64" },
  amd64: { binutils: "x86_64-linux-gnu-", format: "pei-x86-64", loader: "BOOTX64" },
} as const;

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 64 * MIB });
const sha256 = (path: string): string => run("sha256sum", path).slice(0, 64);

describe.each(["arm64", "amd64"] as const)("a whole build for %s in the hands of other programs", (arch) => {
  const { binutils, format, loader } = uefi[arch];
  let small: SmallBuild;
  const asset = (name: string): string => join(small.out, "gateway", name);
  const work = (name: string): string => join(small.folder, name);

  beforeAll(async () => {
    small = await smallBuild({ text: textFor(arch) });
    const outputs = ["initramfs", "uki", "installer", "iso", "metal", "oracle", "azure"] as const;
    await small.build({ only: ["gateway"], outputs });
    for (const name of [`metal-${arch}.raw`, `oracle-${arch}.qcow2`, `azure-${arch}.vhd`])
      run("zstd", "-dq", "--sparse", asset(`${name}.zst`), "-o", work(name));
  }, 240_000);
  afterAll(() => small.close());

  it("sgdisk, fsck.fat and mdir find no fault in the disk image", () => {
    const disk = work(`metal-${arch}.raw`);
    expect(run("sgdisk", "-v", disk)).toContain("No problems found");
    const { offset, size } = firstPartition(disk);
    const esp = work("esp");
    // As `dd` with holes, only that holes are not read.
    const part = `driver=raw,offset=${offset},size=${size},file.filename=${disk}`;
    run("qemu-img", "convert", "-O", "raw", "--image-opts", part, esp);
    expect(run("fsck.fat", "-n", esp)).toMatch(/\d+ files, \d+\/\d+ clusters/);
    expect(run("mdir", "-b", "-/", "-i", `${disk}@@${offset}`, "::EFI/boot")).toContain(`${loader}.efi`);
  });

  it("xorriso finds what firmware starts in the ISO, and no damaged block", () => {
    const iso = asset(`metal-${arch}.iso`);
    const listed = run("xorriso", "-indev", iso, "-find", "/", "-type", "f");
    expect(listed).toContain(`'/EFI/BOOT/${loader}.EFI'`);
    expect(listed).toContain("'/EFI/Linux/Talos-v1.13.6.efi'");
    expect(run("xorriso", "-indev", iso, "-report_el_torito", "plain")).toMatch(
      /El Torito boot img :\s+1\s+UEFI\s+y/,
    );
    const media = run("xorriso", "-indev", iso, "-check_media", "use=indev", "--");
    const qualities = [...media.matchAll(/^Media region .*, ([-+0]) (.*)$/gm)].map(([, sign]) => sign);
    expect(qualities).toEqual(["+"]);
  });

  it("skopeo tells the architecture of the installer, as a layout and as an archive", () => {
    for (const place of [
      `oci:${asset(`installer-${arch}`)}`,
      `docker-archive:${asset(`installer-${arch}.tar`)}`,
    ]) {
      const found = JSON.parse(run("skopeo", "inspect", place)) as { Architecture: string; Os: string };
      expect(found).toMatchObject({ Architecture: arch, Os: "linux" });
    }
  });

  it("an objdump for the architecture reads the UKI and its sections", () => {
    const text = run(`${binutils}objdump`, "-h", asset(`metal-${arch}-uki.efi`));
    expect(text).toContain(`file format ${format}`);
    for (const name of [".linux", ".initrd", ".cmdline", ".uname", ".osrel"])
      expect(text).toMatch(new RegExp(`\\d ${name.replace(".", "\\.")} `));
  });

  it("the installer's UKI is the disk image's, and all of them carry the one initramfs", () => {
    const disk = work(`metal-${arch}.raw`);
    const paths = { disk: work("disk.efi"), iso: work("iso.efi"), installer: work("installer.efi") };
    const inside = "EFI/Linux/Talos-v1.13.6.efi";
    run("mcopy", "-i", `${disk}@@${firstPartition(disk).offset}`, `::${inside}`, paths.disk);
    const iso = ["-indev", asset(`metal-${arch}.iso`), "-osirrox", "on"];
    run("xorriso", ...iso, "-extract", `/${inside}`, paths.iso);
    unpackInstaller(asset(`installer-${arch}.tar`), arch, paths.installer);
    expect(sha256(paths.installer)).toBe(sha256(paths.disk));
    const initramfs = readFileSync(asset(`initramfs-metal-${arch}.xz`));
    for (const uki of [...Object.values(paths), asset(`metal-${arch}-uki.efi`)]) {
      const to = work("initrd");
      run(`${binutils}objcopy`, "-O", "binary", "--dump-section", `.initrd=${to}`, uki, "/dev/null");
      const found = readFileSync(to);
      expect(digest(found.subarray(0, initramfs.length))).toBe(digest(initramfs));
      // A section ends at a multiple of the file's alignment.
      expect(found.subarray(initramfs.length).every((byte) => byte === 0)).toBe(true);
    }
  });

  it("qemu-img finds no fault in the qcow2, and in the vhd a disk as long and parted as the raw one", () => {
    const [raw, qcow2, vhd] = [`metal-${arch}.raw`, `oracle-${arch}.qcow2`, `azure-${arch}.vhd`].map(work);
    expect(run("qemu-img", "check", qcow2!)).toContain("No errors were found");
    // No more is alike: the platform stands in the kernel command line. disk.test.ts compares one content in both.
    const flat = work("azure.raw");
    run("qemu-img", "convert", "-f", "vpc", "-O", "raw", vhd!, flat);
    expect(run("qemu-img", "compare", "-f", "raw", "-F", "vpc", flat, vhd!)).toContain(
      "Images are identical",
    );
    expect(firstPartition(flat)).toEqual(firstPartition(raw!));
  });

  it("the VHD's footer has no clock and a fixed UUID", async () => {
    const first = footerOf(work(`azure-${arch}.vhd`));
    expect(first.toString("latin1", 0, 8)).toBe("conectix");
    expect(first.readUInt32BE(24)).toBe(0);
    const out = join(small.folder, "again");
    await small.build({ only: ["gateway"], outputs: ["azure"], out, cacheDir: work("other-cache") });
    const again = work("again.vhd");
    run("zstd", "-dq", "--sparse", join(out, "gateway", `azure-${arch}.vhd.zst`), "-o", again);
    expect(footerOf(again).equals(first)).toBe(true);
  });
});

const footerOf = (path: string): Buffer => execFileSync("tail", ["-c", "512", path]);
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** All disks of the smallest size that Talos' partitions fit on. */
const textFor = (arch: Arch): string =>
  adr.replace("arch: arm64", `arch: ${arch}`).replace("roles:\n", "images: {diskSize: 2250MiB}\nroles:\n");

/** By sgdisk's word, bytes. */
function firstPartition(disk: string): { offset: number; size: number } {
  const text = run("sgdisk", "-i", "1", disk);
  const sector = (label: string): number => Number(new RegExp(`${label}: (\\d+)`).exec(text)?.[1]);
  const [first, last] = [sector("First sector"), sector("Last sector")];
  return { offset: first * 512, size: (last + 1 - first) * 512 };
}

function unpackInstaller(archive: string, arch: Arch, to: string): void {
  const folder = `${to}.d`;
  mkdirSync(folder);
  run("tar", "-xf", archive, "-C", folder);
  const [image] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { Layers: string[] }[];
  run(
    "sh",
    "-c",
    `tar -xzOf "$1" "$2" >"$3"`,
    "sh",
    join(folder, image!.Layers.at(-1)!),
    `usr/install/${arch}/vmlinuz.efi`,
    to,
  );
}
