import { createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import { makeFolder } from "../formats/files.ts";
import { safePath } from "../formats/safe-path.ts";
import { type ReadSquashfsEntry, readSquashfs } from "../formats/squashfs-read.ts";
import { isModulePath } from "../talos/kernel-module.ts";

/** Kernel modules on disk, where depmod looks for them. */
export interface ModuleTree {
  root: string;
  /** Relative to the root: `usr/lib/modules`. */
  modulesPath: string;
  kernelRelease: string;
}

export interface ModuleSource {
  /** A squashfs image. */
  squashfs: string;
  /** Names it in errors. */
  where: string;
  /** The base also brings the lists that the kernel's build made. */
  isBase: boolean;
}

export interface AddedModules {
  /** Content of the base's modules.order. */
  listed: string;
  /** Paths of modules, relative to the folder of the release. */
  modules: string[];
}

const orderLimit = 16 << 20;

/**
 * Copies the modules of a squashfs image into the tree; plain files only, so that no link leads out of it.
 * Errors: KERNEL_RELEASE_MISMATCH when the image has modules but none for the tree's kernel, ARCHIVE_PATH_ESCAPES.
 */
export async function addModules(tree: ModuleTree, source: ModuleSource): Promise<AddedModules> {
  const added: AddedModules = { listed: "", modules: [] };
  const releases = new Set<string>();
  for await (const entry of readSquashfs(source.squashfs, { paths: [tree.modulesPath] })) {
    const path = safePath(entry.header.path);
    if (!path.startsWith(`${tree.modulesPath}/`)) continue;
    const [release = "", ...rest] = path.slice(tree.modulesPath.length + 1).split("/");
    releases.add(release);
    if (release === tree.kernelRelease && rest.length > 0 && entry.header.type === "file")
      await addFile(entry, rest.join("/"), { tree, added, source });
  }
  checkRelease(tree, source, [...releases]);
  return added;
}

async function addFile(
  { body }: ReadSquashfsEntry,
  path: string,
  { tree, added, source }: { tree: ModuleTree; added: AddedModules; source: ModuleSource },
): Promise<void> {
  const isList = source.isBase && /^modules\.[^/]+$/.test(path);
  if (isList && path === "modules.order") {
    added.listed = Buffer.from(await collect(body, orderLimit)).toString("utf8");
    return;
  }
  const isModule = isModulePath(path);
  if (!isList && !isModule) return;
  if (isModule) added.modules.push(path);
  const target = join(tree.root, tree.modulesPath, tree.kernelRelease, path);
  await makeFolder(dirname(target));
  await pipeline(body, createWriteStream(target));
}

function checkRelease(
  { kernelRelease }: ModuleTree,
  { where, isBase }: ModuleSource,
  releases: string[],
): void {
  const fits = isBase
    ? releases.length === 1 && releases[0] === kernelRelease
    : releases.includes(kernelRelease);
  if (fits) return;
  throw new RolesError(
    "KERNEL_RELEASE_MISMATCH",
    `${where} has kernel modules for ${releases.join(", ") || "no kernel"}; the kernel is ${kernelRelease}`,
    {
      hint: isBase
        ? "The lock does not fit the base image: run `talos-roles lock --update`."
        : "Use the build of this extension that was made for this Talos version.",
    },
  );
}
