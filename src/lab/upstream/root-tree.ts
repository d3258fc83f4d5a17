import { link, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fromFile } from "../../formats/bytes.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { Arch } from "../../talos/arch.ts";
import { osRelease } from "../../talos/os-release.ts";
import { quirksOf } from "../../talos/quirks.ts";
import { guestProgram } from "../guest/agent.ts";
import { kubeletProgram } from "../guest/kubelet.ts";
import type { DebianPackages } from "./debian/packages.ts";
import { applets } from "./applets.ts";
import { compileStatic } from "./compile.ts";
import { guestFile } from "./guest-files.ts";
import { addIptables } from "./iptables.ts";
import type { Kernel } from "./kernel-package.ts";
import { newTree, type Tree } from "./tree.ts";

interface RootOptions {
  arch: Arch;
  version: string;
  packages: DebianPackages;
  kernel: Kernel;
  /** Modules, relative to the folder of the release, that an extension brings and the base does not have. */
  without: readonly string[];
  scratch: string;
}

const folders = [
  ..."boot dev mnt opt proc root run sys system tmp usr/local usr/share var .extra".split(" "),
  ..."etc/cni/net.d etc/cri/conf.d etc/kubernetes/manifests etc/ssl/certs usr/lib/firmware usr/lib/udev/rules.d".split(
    " ",
  ),
];

/** What is mounted over, so it must be there. */
const emptyFiles = ["etc/extensions.yaml", "etc/hosts", "etc/machine-id", "etc/resolv.conf"];

/** Root file system of the stand-in: the folders of Talos' own, the kernel's modules, busybox and what plays machined. */
export async function rootTree(options: RootOptions): Promise<Tree> {
  const { arch, version, packages, scratch } = options;
  await runTool("dpkgDeb", ["-x", packages.file(packages.set.busybox), scratch]);
  const tree = newTree();
  for (const folder of folders) tree.folder(folder, folder === "tmp" ? 0o1777 : 0o755);
  for (const path of emptyFiles) tree.file(path, "");
  for (const [name, target] of [
    ["bin", "usr/bin"],
    ["sbin", "usr/bin"],
    ["usr/sbin", "bin"],
  ] as const)
    tree.link(name, target);
  tree
    .file("etc/os-release", `${osRelease(version)}VARIANT="talos-roles stand-in"\n`)
    .file("usr/bin/init", guestProgram, 0o755)
    .file("usr/bin/busybox", await fromFile(join(scratch, "bin", "busybox")), 0o755);
  tree.file("usr/bin/kubelet", kubeletProgram, 0o755);
  const fetch = join(scratch, "fetch");
  await compileStatic({ arch, source: guestFile("fetch.c"), output: fetch });
  tree.file("usr/bin/fetch", await fromFile(fetch), 0o755);
  await addIptables(tree, packages, scratch);
  for (const applet of applets) tree.link(`usr/bin/${applet}`, "busybox");
  await addModules(tree, options);
  return tree;
}

async function addModules(tree: Tree, { version, kernel, without, scratch }: RootOptions): Promise<void> {
  const { modulesPath } = quirksOf(version);
  if (modulesPath === "usr/lib/modules") tree.link("lib", "usr/lib");
  const target = `${modulesPath}/${kernel.release}`;
  const dropped = new Set(without.map((path) => `${target}/${path}`));
  await tree.copy(target, kernel.modules, (path) => !dropped.has(path));
  // depmod reads a tree on disk: the unpacked package, without what the base does not have, under links.
  const lists = join(scratch, "depmod");
  const base = join(lists, "lib", "modules", kernel.release);
  await mkdir(base, { recursive: true });
  await linkTree(kernel.modules, base, new Set([...without, "modules.order"]));
  const order = await readFile(join(kernel.modules, "modules.order"), "utf8");
  const left = order.split("\n").filter((line) => !without.includes(line));
  await writeFile(join(base, "modules.order"), left.join("\n"));
  await runTool("depmod", ["-b", lists, kernel.release]);
  await tree.copy(target, base, (path) => !path.startsWith(`${target}/kernel`));
}

/** Hard links: the same files without their bytes. */
async function linkTree(from: string, to: string, without: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name).slice(from.length + 1);
    if (entry.isDirectory()) await mkdir(join(to, path), { recursive: true });
    else if (entry.isFile() && !without.has(path)) {
      await mkdir(join(to, path, ".."), { recursive: true });
      await link(join(from, path), join(to, path));
    }
  }
}
