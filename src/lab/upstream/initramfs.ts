import { join } from "node:path";
import { type ByteSource, fromFile, fromText } from "../../formats/bytes.ts";
import { cpioArchive } from "../../formats/cpio.ts";
import { writeFileWhole } from "../../formats/files.ts";
import { makeSquashfs } from "../../formats/squashfs.ts";
import { zstdCompress } from "../../formats/zstd.ts";
import { quirksOf } from "../../talos/quirks.ts";
import { mkdir, copyFile } from "node:fs/promises";
import type { Arch } from "../../talos/arch.ts";
import { compileStatic } from "./compile.ts";
import { guestFile } from "./guest-files.ts";
import { type Kernel, modulePath } from "./kernel-package.ts";
import type { Tree } from "./tree.ts";

interface InitramfsOptions {
  arch: Arch;
  version: string;
  kernel: Kernel;
  root: Tree;
  scratch: string;
}

/** Loaded by the first program, before any file system is there to load them from. */
const embedded = ["loop", "squashfs", "overlay"];

/**
 * The stock initramfs, of the shape of Talos' own: one zstd archive of `init` and `rootfs.sqsh`, with entries as `find . | cpio` names them.
 * Returns its path. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export async function stockInitramfs(options: InitramfsOptions): Promise<string> {
  const { version, root, scratch } = options;
  const squashfs = join(scratch, "rootfs.sqsh");
  const tar = await root.tar();
  const { compression } = quirksOf(version);
  // Talos takes level 18; three quarters of the time are not worth a few percent here.
  await makeSquashfs({ tar: tar.stream(), output: squashfs, compression, level: 9 });
  const archive = cpioArchive(
    [
      { path: ".", mode: 0o040755, data: fromText("") },
      { path: "init", mode: 0o100755, data: await buildInit(options) },
      { path: "rootfs.sqsh", mode: 0o100644, data: await fromFile(squashfs) },
    ],
    { padTo: 512 },
  );
  const output = join(scratch, "initramfs.xz");
  await writeFileWhole(output, zstdCompress(archive.stream(), { level: 1 }));
  return output;
}

async function buildInit({ arch, kernel, scratch }: InitramfsOptions): Promise<ByteSource> {
  const modules = join(scratch, "embedded");
  await mkdir(modules);
  for (const name of embedded)
    await copyFile(join(kernel.modules, await modulePath(kernel, name)), join(modules, `${name}.ko`));
  const output = join(scratch, "init");
  await compileStatic({ arch, source: guestFile("init.c"), output, embedFrom: modules });
  return fromFile(output);
}
