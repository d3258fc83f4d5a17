import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, fromBytes, fromText } from "../../src/formats/bytes.ts";
import { cpioArchive } from "../../src/formats/cpio.ts";
import { peStub } from "../../src/formats/fixtures/pe-stub.ts";
import { makeSquashfs } from "../../src/formats/squashfs.ts";
import { tarArchive, type TarEntry } from "../../src/formats/tar.ts";
import { zstdCompress } from "../../src/formats/zstd.ts";
import type { Arch } from "../../src/talos/arch.ts";
import { kernelModule } from "./kernel-module.ts";
import { arm64Kernel } from "./test-image.ts";

const elfMachine: Record<Arch, number> = { amd64: 62, arm64: 183 };
const peMachine: Record<Arch, number> = { amd64: 0x8664, arm64: 0xaa64 };

interface BootFilesOptions {
  arch: Arch;
  talos: string;
  release: string;
}

/** The four boot files of an architecture, as small as they can be, under the names that the imager image has them by. */
export async function smallBootFiles(options: BootFilesOptions): Promise<Record<string, Uint8Array>> {
  const { arch, release } = options;
  const stub = peStub({ machine: peMachine[arch] });
  return {
    vmlinuz: arch === "arm64" ? arm64Kernel(release) : bzImage(release),
    "initramfs.xz": await initramfs(options),
    "systemd-stub.efi": stub,
    "systemd-boot.efi": Buffer.concat([stub, Buffer.from("boot manager")]),
  };
}

/** An x86 kernel as far as it is looked at: the setup header with the version. */
function bzImage(release: string): Buffer {
  const bytes = Buffer.alloc(8192);
  bytes.write("HdrS", 0x202, "latin1");
  bytes[0x1f1] = 4;
  bytes.writeUInt16LE(0x400, 0x20e);
  bytes.write(`${release} (builder@host)\0`, 0x400 + 512, "latin1");
  return bytes;
}

function elf(arch: Arch): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(elfMachine[arch], 18);
  return bytes;
}

/** One for all tests of a worker: it takes a mksquashfs. */
const made = new Map<string, Promise<Uint8Array>>();
const initramfs = (options: BootFilesOptions): Promise<Uint8Array> => {
  const key = JSON.stringify(options);
  const known = made.get(key) ?? makeInitramfs(options);
  made.set(key, known);
  return known;
};

async function makeInitramfs({ arch, talos, release }: BootFilesOptions): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "upstream-"));
  try {
    const output = join(folder, "rootfs.sqsh");
    const modules = `usr/lib/modules/${release}`;
    const folders = ["usr", "usr/bin", "usr/lib", "usr/lib/modules", modules, `${modules}/kernel`];
    const file = (path: string, content: string | Uint8Array, mode = 0o644): TarEntry => ({
      path,
      mode,
      data: typeof content === "string" ? fromText(content) : fromBytes(content),
    });
    const tar = await tarArchive([
      ...folders.map((path): TarEntry => ({ path, type: "directory" })),
      file("usr/bin/init", elf(arch), 0o755),
      file("usr/lib/os-release", `NAME="Talos"\nID=talos\nVERSION_ID=${talos}\n`),
      file(`${modules}/kernel/lru_cache.ko`, kernelModule("lru_cache", { arch, release })),
      file(`${modules}/modules.order`, "kernel/lru_cache.ko\n"),
      file(`${modules}/modules.builtin`, ""),
    ]);
    await makeSquashfs({ tar: tar.stream(), output, level: 1 });
    const entries = [
      { path: "init", mode: 0o100755, data: fromBytes(elf(arch)) },
      { path: "rootfs.sqsh", mode: 0o100644, data: fromBytes(await readFile(output)) },
    ];
    // As GNU cpio pads it, which the stock initramfs is made with.
    const archive = cpioArchive(entries, { padTo: 512 });
    return await collect(zstdCompress(archive.stream(), { level: 1 }), 1 << 24);
  } finally {
    await rm(folder, { recursive: true });
  }
}
