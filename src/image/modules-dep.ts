import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fromFile } from "../formats/bytes.ts";
import { writeFileWhole } from "../formats/files.ts";
import { runTool } from "../formats/run-tool.ts";
import { makeSquashfs } from "../formats/squashfs.ts";
import { type TarEntry, tarArchive } from "../formats/tar.ts";
import type { ExtensionManifest } from "../talos/extension-manifest.ts";
import type { Quirks } from "../talos/quirks.ts";
import { parentsOf } from "./firmware.ts";
import { addModules, type ModuleTree } from "./module-tree.ts";
import { segmentFiles } from "./segment.ts";

export interface ModulesDepOptions {
  quirks: Pick<Quirks, "modulesPath" | "compression">;
  /** The base's root file system, a squashfs image. */
  rootfs: string;
  /** Release of the base's kernel, as the lock has it. */
  kernelRelease: string;
  /** Layers with modules, in the order of the role's extensions. */
  layers: readonly { path: string; where: string }[];
  signal?: AbortSignal;
}

/** Name of the layer that shadows the base's lists of modules; it must be the last. */
export const modulesDepName = "modules.dep";
/** Modules of extensions come before the kernel's own, as Talos has it. */
const depmodConfig = "search extras built-in\n";

/**
 * Writes the piece of `modules.dep.sqsh` into `folder`: what depmod says of the base's modules together with those of the extensions.
 * Facts §2.4. Errors: KERNEL_RELEASE_MISMATCH, EXTENSION_INVALID, TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export async function writeModulesDep(
  folder: string,
  scratch: string,
  options: ModulesDepOptions,
): Promise<void> {
  const { quirks, rootfs, kernelRelease, layers, signal } = options;
  const aborting = signal ? { signal } : {};
  const tree: ModuleTree = { root: join(scratch, "modules"), modulesPath: quirks.modulesPath, kernelRelease };
  const order = await addModules(tree, {
    squashfs: rootfs,
    where: "the base's root file system",
    isBase: true,
  });
  for (const { path, where } of layers) {
    order.modules.push(...(await addModules(tree, { squashfs: path, where, isBase: false })).modules);
  }
  const release = join(tree.root, tree.modulesPath, kernelRelease);
  await writeFile(join(release, "modules.order"), wholeOrder(order));
  const config = join(scratch, "depmod.conf");
  await writeFile(config, depmodConfig);
  const base = join(tree.root, dirname(dirname(tree.modulesPath)));
  await runTool("depmod", ["--all", "--basedir", base, "--config", config, kernelRelease], aborting);
  // Only depmod was meant to see the order with the extensions' modules in it.
  await writeFile(join(release, "modules.order"), order.listed);
  await makeSquashfs({
    tar: (await listsAsTar(release, `${tree.modulesPath}/${kernelRelease}`)).stream(),
    output: join(folder, segmentFiles.layer),
    compression: quirks.compression,
    ...aborting,
  });
  await writeFileWhole(join(folder, segmentFiles.manifest), JSON.stringify(manifestOf(kernelRelease)));
}

/**
 * depmod sorts by modules.order and leaves the rest in an order of its own making: so every module gets a place.
 * Names in it are those without compression.
 */
function wholeOrder({ listed, modules }: { listed: string; modules: string[] }): string {
  const known = new Set(listed.split("\n").filter((line) => line !== ""));
  const plain = modules.map((path) => path.replace(/\.(gz|xz|zst)$/, ""));
  const added = [...new Set(plain)].filter((path) => !known.has(path)).sort();
  return [...known, ...added].map((line) => `${line}\n`).join("");
}

async function listsAsTar(release: string, path: string) {
  const entries = await readdir(release, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.startsWith("modules."))
    .map(({ name }) => name);
  const files = await Promise.all(
    names.sort().map(async (name): Promise<TarEntry> => ({
      path: `${path}/${name}`,
      data: await fromFile(join(release, name)),
    })),
  );
  const folders = parentsOf([`${path}/x`]).map((each): TarEntry => ({ path: each, type: "directory" }));
  return tarArchive([...folders, ...files]);
}

const manifestOf = (release: string): ExtensionManifest => ({
  name: modulesDepName,
  version: release,
  author: "talos-roles",
  description: "Lists of the kernel modules of the base and of all extensions together",
  compatibility: "",
});
