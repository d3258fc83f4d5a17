import { join } from "node:path";
import {
  type ByteSource,
  collect,
  concat,
  fromBytes,
  fromFile,
  fromText,
  zeros,
} from "../../src/formats/bytes.ts";
import { type CpioEntry, cpioArchive } from "../../src/formats/cpio.ts";
import { appendSections, type NewSection } from "../../src/formats/pe-append.ts";
import { makeSquashfs } from "../../src/formats/squashfs.ts";
import { type TarEntry, tarArchive } from "../../src/formats/tar.ts";
import { zstdCompress } from "../../src/formats/zstd.ts";
import { kernelModule } from "./kernel-module.ts";
import { peStub } from "../../src/formats/fixtures/pe-stub.ts";

/** A small image of Talos' shape for arm64, in parts that a test can leave out, swap or damage. */
export interface TestImage {
  stock: ByteSource;
  /** Segments by name: microcode (plain), drbd, zfs, firmware, tailscale, modulesDep, yaml. */
  segments: Record<string, ByteSource>;
  kernel: ByteSource;
}

export const release = "6.18.1-talos";
const modulesAt = `usr/lib/modules/${release}`;
export const cmdline = "talos.platform=metal console=ttyAMA0";

const file = (path: string, text: string | Uint8Array, mode = 0o644): TarEntry => ({
  path,
  mode,
  data: typeof text === "string" ? fromText(text) : fromBytes(text),
});
const cpioFile = (path: string, data: ByteSource): CpioEntry => ({ path, mode: 0o100644, data });
const cpioFolder = (path: string): CpioEntry => ({ path, mode: 0o040755, data: zeros(0) });

/** The first bytes of an ELF program for arm64, and nothing more. */
function elfProgram(machine = 183): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/** An arm64 Image as far as it is looked at: its magic and its banner. */
export function arm64Kernel(kernelRelease = release): Buffer {
  const bytes = Buffer.alloc(8192);
  bytes.write("MZ", 0, "latin1");
  bytes.write("ARM\u0064", 0x38, "latin1");
  bytes.write(`Linux version ${kernelRelease} (builder@host) #1 SMP`, 5000, "latin1");
  return bytes;
}

const zstd = async (source: ByteSource): Promise<ByteSource> =>
  fromBytes(await collect(zstdCompress(source.stream(), { level: 1 }), 1 << 24));

const service = `name: tailscale
container:
  entrypoint: /usr/local/bin/tailscaled
depends:
  - configuration: true
  - network: [addresses, connectivity]
restart: always
`;

const yaml = `layers:
${[
  ["drbd", "9.2.14-v1.13.6", "The real thing"],
  ["zfs", "2.3.4-v1.13.6", "A stand-in for ZFS"],
  ["tailscale", "1.90.0", "Mesh"],
  ["modules.dep", release, "Lists of modules"],
]
  .map(
    ([name, version, description]) => `    - image: ${name}.sqsh
      metadata:
        name: ${name}
        version: ${version}
        author: someone
        description: ${description}
`,
  )
  .join("")}`;

/** Makes the parts in `folder`, which must last as long as they are used. */
export async function makeTestImage(folder: string): Promise<TestImage> {
  const layer = async (name: string, entries: TarEntry[]): Promise<ByteSource> => {
    const output = join(folder, `${name}.sqsh`);
    await makeSquashfs({ tar: (await tarArchive(entries)).stream(), output, level: 1 });
    return fromFile(output);
  };
  const segment = async (name: string, entries: TarEntry[]): Promise<ByteSource> =>
    zstd(cpioArchive([cpioFile(`${name}.sqsh`, await layer(name, entries))], { padTo: 512 }));
  const module = (name: string, depends: string[] = []): TarEntry =>
    file(`${modulesAt}/extras/${name}.ko`, kernelModule(name, { depends }));
  const rootfs = await layer("rootfs", [
    file("usr/bin/init", elfProgram(), 0o755),
    file("usr/lib/os-release", 'NAME="Talos"\nID=talos\nVERSION_ID=v1.13.6\n'),
    file(`${modulesAt}/kernel/lru_cache.ko`, kernelModule("lru_cache", {})),
    file(`${modulesAt}/modules.dep`, "kernel/lru_cache.ko:\n"),
  ]);
  const lists = "kernel/lru_cache.ko:\nextras/drbd.ko: kernel/lru_cache.ko\nextras/zfs.ko:\n";
  const firmware = ["usr", "usr/lib", "usr/lib/firmware"].map(cpioFolder);
  const microcode = ["kernel", "kernel/x86", "kernel/x86/microcode"].map(cpioFolder);
  return {
    stock: await zstd(
      cpioArchive([
        { path: "init", mode: 0o100755, data: fromBytes(elfProgram()) },
        cpioFile("rootfs.sqsh", rootfs),
      ]),
    ),
    segments: {
      microcode: cpioArchive([
        ...microcode,
        cpioFile("kernel/x86/microcode/GenuineIntel.bin", fromText("ucode")),
      ]),
      drbd: await segment("drbd", [
        module("drbd", ["lru_cache"]),
        file("etc/cri/conf.d/10-drbd.part", "[x]\n"),
      ]),
      zfs: await segment("zfs", [module("zfs")]),
      firmware: await zstd(
        cpioArchive([...firmware, cpioFile("usr/lib/firmware/zfs.bin", fromText("firmware"))]),
      ),
      tailscale: await segment("tailscale", [
        file("usr/local/etc/containers/tailscale.yaml", service),
        file("usr/local/bin/tailscaled", elfProgram(), 0o755),
      ]),
      modulesDep: await segment("modules.dep", [file(`${modulesAt}/modules.dep`, lists)]),
      yaml: await zstd(cpioArchive([cpioFile("extensions.yaml", fromText(yaml))])),
    },
    kernel: fromBytes(arm64Kernel()),
  };
}

/** The whole initramfs of an image, or one without some of its segments, or in another order. */
export function testInitramfs(image: TestImage, order = Object.keys(image.segments)): ByteSource {
  const { microcode, ...rest } = image.segments;
  const early = order.includes("microcode") && microcode ? [microcode] : [];
  const others = order.filter((name) => name !== "microcode").map((name) => rest[name]!);
  return concat(...early, image.stock, ...others);
}

/** A UKI with two boot menu entries; `change` replaces sections by position or name before it is put together. */
export function testUki(
  image: TestImage,
  change: (sections: NewSection[]) => NewSection[] = (sections) => sections,
): Promise<ByteSource> {
  const text = (name: string, content: string): NewSection => ({ name, data: fromText(content) });
  return appendSections(
    fromBytes(peStub()),
    change([
      text(".osrel", 'NAME="Talos"\nID=talos\nVERSION_ID=v1.13.6\n'),
      text(".cmdline", cmdline),
      text(".uname", release),
      { name: ".linux", data: image.kernel },
      { name: ".initrd", data: testInitramfs(image) },
      text(".profile", "ID=main"),
      text(".profile", "ID=reset-maintenance\nTITLE=Reset to maintenance mode"),
      text(".cmdline", `${cmdline} talos.experimental.wipe=system:EPHEMERAL,STATE`),
    ]),
  );
}
