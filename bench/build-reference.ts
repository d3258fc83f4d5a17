// What Talos' own imager does for one output of one role, with the same external programs: everything again from the start, extensions
// unpacked to disk, squashfs at level 18, and zstd at level 18 over what is compressed already. Facts: Talos `pkg/imager`.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type ByteSource, fromFile } from "../src/formats/bytes.ts";
import { writeFileWhole } from "../src/formats/files.ts";
import { type DiskPlan, planDisk } from "../src/image/disk/plan.ts";
import { writeRawDisk } from "../src/image/disk/write.ts";
import { diskEsp } from "../src/image/esp.ts";
import { makeIsoImage } from "../src/image/iso.ts";
import { type UkiMenu, unifiedKernelImage } from "../src/image/uki.ts";
import { kernelArgs } from "../src/talos/kernel-args.ts";
import { arch, talos } from "./build-inputs.ts";

export const kinds = ["kernel", "initramfs", "uki", "installer", "iso", "metal"] as const;
export type Kind = (typeof kinds)[number];

export interface ReferenceInputs {
  /** Boot files on disk, as they lie in the imager's container. */
  boot: { kernel: string; initramfs: string; stub: string; bootManager: string };
  kernelRelease: string;
  /** Layers of each extension of the role, and of the installer's base: gzip'ed tar archives on disk. */
  extensions: readonly (readonly string[])[];
  base: readonly string[];
}

const sh = (script: string, cwd: string): void => {
  execFileSync("bash", ["-euo", "pipefail", "-c", script], { cwd, stdio: ["ignore", "ignore", "inherit"] });
};

/** Makes one output in `folder`; `initramfs` is one that was made before, and is made where there is none. Returns the finished file. */
export async function referenceAsset(
  kind: Kind,
  inputs: ReferenceInputs,
  { folder, initramfs }: { folder: string; initramfs?: string },
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const output = join(folder, `output-${kind}`);
  if (kind === "kernel") {
    copyFileSync(inputs.boot.kernel, output);
    return output;
  }
  const rebuilt = initramfs ?? rebuildInitramfs(inputs, folder);
  if (kind === "initramfs") {
    copyFileSync(rebuilt, output);
    return output;
  }
  const uki = await makeUki(kind, inputs, { folder, initramfs: rebuilt });
  if (kind === "uki") copyFileSync(uki, output);
  else if (kind === "installer") installer(uki, inputs, { folder, output });
  else if (kind === "iso") await iso(uki, inputs, { folder, output });
  else await metal(uki, inputs, { folder, output });
  return output;
}

/** Steps 2.2 to 2.8 of the facts. */
export function rebuildInitramfs(
  { boot, extensions, kernelRelease }: ReferenceInputs,
  folder: string,
): string {
  const work = join(folder, "initramfs");
  mkdirSync(join(work, "out"), { recursive: true });
  extensions.forEach((layers, index) => {
    mkdirSync(join(work, String(index)));
    for (const layer of layers) sh(`tar -xzf '${layer}' -C '${index}'`, work);
  });
  modulesDep({ boot, extensions, kernelRelease }, work);
  const all = [...extensions.keys(), ...(existsSync(join(work, "modules.dep")) ? ["modules.dep"] : [])];
  for (const name of all)
    sh(
      `mksquashfs '${name}/rootfs' 'out/${name}.sqsh' -all-root -noappend -no-progress -comp zstd -Xcompression-level 18`,
      work,
    );
  writeFileSync(
    join(work, "out", "extensions.yaml"),
    `layers:\n${all.map((name) => `  - image: ${name}.sqsh\n`).join("")}`,
  );
  copyFileSync(boot.initramfs, join(work, "initramfs"));
  sh(
    "cd out && find . -mindepth 1 -printf '%P\\n' | LC_ALL=C sort | cpio -H newc --create --reproducible --quiet -R +0:+0 | zstd -T0 -18 -c --quiet >> ../initramfs",
    work,
  );
  for (const name of [...all, "out", "modules"])
    rmSync(join(work, String(name)), { recursive: true, force: true });
  return join(work, "initramfs");
}

function modulesDep(
  { boot, extensions, kernelRelease }: Pick<ReferenceInputs, "boot" | "extensions" | "kernelRelease">,
  work: string,
): void {
  const own = [...extensions.keys()]
    .map((index) => join(work, String(index), "rootfs/usr/lib/modules", kernelRelease))
    .filter((path) => existsSync(path));
  if (own.length === 0) return;
  sh(
    `zstd -dcq '${boot.initramfs}' | cpio -i --quiet rootfs.sqsh && unsquashfs -no-xattrs -quiet -no-progress -d modules -f -n rootfs.sqsh usr/lib/modules`,
    work,
  );
  const release = join(work, "modules/usr/lib/modules", kernelRelease);
  for (const path of own) cpSync(path, release, { recursive: true });
  sh(`PATH=$PATH:/usr/sbin:/sbin depmod --all --basedir modules/usr '${kernelRelease}'`, work);
  const target = join(work, "modules.dep/rootfs/usr/lib/modules", kernelRelease);
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(release))
    if (name.startsWith("modules.")) renameSync(join(release, name), join(target, name));
  rmSync(join(work, "rootfs.sqsh"));
}

async function makeUki(
  kind: Kind,
  { boot, kernelRelease }: ReferenceInputs,
  { folder, initramfs }: { folder: string; initramfs: string },
): Promise<string> {
  const menu: UkiMenu = kind === "uki" ? "none" : kind === "iso" ? "iso" : "installer";
  const purpose = kind === "iso" ? "iso" : "other";
  const uki = await unifiedKernelImage({
    version: talos,
    kernelRelease,
    cmdline: kernelArgs({ version: talos, arch, platform: "metal", purpose }),
    menu,
    stub: await fromFile(boot.stub),
    kernel: await fromFile(boot.kernel),
    initramfs: await fromFile(initramfs),
  });
  const path = join(folder, "uki.efi");
  await writeFileWhole(path, uki.stream());
  return path;
}

function installer(
  uki: string,
  { boot, base }: ReferenceInputs,
  { folder, output }: { folder: string; output: string },
): void {
  const root = join(folder, "layer/usr/install", arch);
  mkdirSync(root, { recursive: true });
  copyFileSync(uki, join(root, "vmlinuz.efi"));
  copyFileSync(boot.bootManager, join(root, "systemd-boot.efi"));
  mkdirSync(join(folder, "archive"));
  base.forEach((layer, index) => copyFileSync(layer, join(folder, "archive", `base${index}.tar.gz`)));
  sh("tar -C layer -cf - usr | gzip -1 > archive/own.tar.gz", folder);
  sh(`tar -C archive -cf '${output}' .`, folder);
}

const bootManager = ({ boot }: ReferenceInputs): Promise<ByteSource> => fromFile(boot.bootManager);

async function iso(
  uki: string,
  inputs: ReferenceInputs,
  { folder, output }: { folder: string; output: string },
): Promise<void> {
  const scratch = join(folder, "iso");
  mkdirSync(scratch);
  await makeIsoImage({ version: talos, arch, uki, sdBoot: await bootManager(inputs), output, scratch });
}

async function metal(
  uki: string,
  inputs: ReferenceInputs,
  { output }: { folder: string; output: string },
): Promise<void> {
  const plan: DiskPlan = planDisk({ version: talos, arch, platform: "metal" });
  const esp = diskEsp({ version: talos, arch, uki: await fromFile(uki), sdBoot: await bootManager(inputs) });
  const raw = `${output}.raw`;
  await writeRawDisk(raw, { plan, esp, meta: [] });
  sh(`zstd -T0 --rm -18 --quiet --force -o '${output}' '${raw}'`, "/");
}

export const sizeOf = (path: string): number => statSync(path).size;
