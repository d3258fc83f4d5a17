import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Emit } from "../../events.ts";
import { step } from "../../events.ts";
import { fromFile, sha256 } from "../../formats/bytes.ts";
import { contentKey } from "../../formats/canonical.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { Cache } from "../../image/cache.ts";
import type { CacheEntry } from "../../image/cache-entry.ts";
import type { Arch } from "../../talos/arch.ts";
import { compilerVersion, compileStatic } from "./compile.ts";
import type { DebianPackages } from "./debian/packages.ts";
import { drbd, drbdModules } from "./extensions/drbd.ts";
import { authorOf, descriptionOf, type Extension, extensionTree } from "./extensions/extension.ts";
import { firmwareExtensions } from "./extensions/firmware.ts";
import { spin, type WasmPrograms } from "./extensions/spin.ts";
import { tailscale, type TailscalePrograms } from "./extensions/tailscale.ts";
import { zfs } from "./extensions/zfs.ts";
import { guestFile, recipe } from "./guest-files.ts";
import { type MadeImage, makeImage } from "./image-piece.ts";
import { stockInitramfs } from "./initramfs.ts";
import { unpackKernel } from "./kernel-package.ts";
import { rootTree } from "./root-tree.ts";
import { snakeoil } from "./snakeoil.ts";
import { talosImages } from "./talos-images.ts";
import { buildZfsModules } from "./zfs-modules.ts";

/** An extension among the images, as the list of all extensions tells of it. */
export interface MadeExtension extends MadeImage {
  author: string;
  description: string;
}

/** Every image of one architecture. */
export interface ArchImages {
  arch: Arch;
  talos: MadeImage[];
  extensions: MadeExtension[];
}

export interface MakeOptions {
  version: string;
  arch: Arch;
  packages: DebianPackages;
  programs: TailscalePrograms;
  wasm: WasmPrograms;
  cache: Cache;
  emit: Emit;
}

const listName = "images.json";

/** The images for one architecture, and the files they are made of; from the cache where nothing they are made from has changed. */
export async function archImages(options: MakeOptions): Promise<{ images: ArchImages; piece: CacheEntry }> {
  const { version, arch, cache, emit } = options;
  const piece = await cache.piece("upstream", await keyOf(options), (folder) =>
    step(emit, `images ${arch}`, `stand-in Talos ${version} for ${arch}`, () => make(options, folder)),
  );
  const list = piece.files[listName]?.path ?? "";
  return { images: JSON.parse(await readFile(list, "utf8")) as ArchImages, piece };
}

async function keyOf({ version, arch, packages, programs, wasm }: MakeOptions): Promise<string> {
  const sum = async (path: string): Promise<string> => sha256((await fromFile(path)).stream());
  return contentKey({
    version,
    arch,
    packages: packages.set,
    programs: programs && [await sum(programs.containerboot), await sum(programs.tailscaled)],
    wasm: wasm && (await sum(wasm.wazero)),
    recipe: await recipe(),
    compiler: await compilerVersion(arch),
    mksquashfs: (await runTool("mksquashfs", ["-version"])).split("\n")[0],
    zstd: (await runTool("zstd", ["--version"])).trim(),
    zlib: process.versions.zlib,
    key: await sum(snakeoil().key),
  });
}

async function make(options: MakeOptions, folder: string): Promise<void> {
  const { arch } = options;
  await options.cache.scratch(async (scratch) => {
    const rooms = await makeRooms(scratch);
    const kernel = await unpackKernel(options.packages, rooms.kernel);
    const extensions = await extensionsOf(options, kernel, rooms);
    const root = await rootTree({
      ...options,
      kernel,
      without: await drbdModules(kernel),
      scratch: rooms.root,
    });
    const initramfs = await stockInitramfs({ ...options, kernel, root, scratch: rooms.initramfs });
    const images: ArchImages = {
      arch,
      talos: await talosImages({
        ...options,
        vmlinuz: kernel.vmlinuz,
        initramfs,
        scratch: rooms.boot,
        folder,
      }),
      extensions: [],
    };
    for (const extension of extensions) images.extensions.push(await extensionImage(extension, arch, folder));
    await writeFileWhole(join(folder, listName), JSON.stringify(images));
  });
}

/** A folder for each part of the work. */
interface Rooms {
  boot: string;
  initramfs: string;
  kernel: string;
  root: string;
  zfs: string;
}

async function makeRooms(scratch: string): Promise<Rooms> {
  const room = async (name: string): Promise<string> => {
    await mkdir(join(scratch, name));
    return join(scratch, name);
  };
  return {
    boot: await room("boot"),
    initramfs: await room("initramfs"),
    kernel: await room("kernel"),
    root: await room("root"),
    zfs: await room("zfs"),
  };
}

async function extensionsOf(
  { version, arch, packages, programs, wasm }: MakeOptions,
  kernel: Awaited<ReturnType<typeof unpackKernel>>,
  rooms: Rooms,
): Promise<Extension[]> {
  const inputs = { arch, talosVersion: version };
  const service = join(rooms.zfs, "zfs-service");
  await compileStatic({ arch, source: guestFile("zfs-service.c"), output: service });
  const modules = await buildZfsModules(packages, arch, rooms.zfs);
  return [
    drbd({ ...inputs, kernel }),
    spin({ ...inputs, wasm }),
    tailscale({ ...inputs, programs }),
    zfs({ ...inputs, kernel, modules, service }),
    ...firmwareExtensions(inputs),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function extensionImage(extension: Extension, arch: Arch, folder: string): Promise<MadeExtension> {
  const made = await makeImage({
    repository: `siderolabs/${extension.name}`,
    tag: extension.version,
    arch,
    content: await extensionTree(extension),
    standIn: `the extension ${extension.name}`,
    folder,
  });
  return { ...made, author: authorOf(extension), description: descriptionOf(extension) };
}
