import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { RolesError } from "../../errors.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { DebianPackages } from "./debian/packages.ts";

/** The kernel package, unpacked. */
export interface Kernel {
  /** As `uname -r` says it. */
  release: string;
  vmlinuz: string;
  /** Folder with `kernel/` and the lists that the kernel's build made. */
  modules: string;
}

/** Unpacks the kernel package into `folder`. Errors: PACKAGES_UNAVAILABLE when it has not the shape of Debian's. */
export async function unpackKernel({ set, file }: DebianPackages, folder: string): Promise<Kernel> {
  await runTool("dpkgDeb", ["-x", file(set.kernel), folder]);
  const modules = join(folder, "lib", "modules");
  const [release, ...others] = await readdir(modules);
  if (release === undefined || others.length > 0) {
    throw new RolesError("PACKAGES_UNAVAILABLE", `package ${set.kernel.name} has not one kernel in it`);
  }
  return { release, vmlinuz: join(folder, "boot", `vmlinuz-${release}`), modules: join(modules, release) };
}

/** Path of a module's file, relative to the folder of the release. Errors: PACKAGES_UNAVAILABLE. */
export async function modulePath({ modules, release }: Kernel, name: string): Promise<string> {
  const entries = await readdir(modules, { recursive: true });
  const found = entries.find((path) => path.endsWith(`/${name}.ko`));
  if (found !== undefined) return found;
  throw new RolesError("PACKAGES_UNAVAILABLE", `the kernel ${release} has no module ${name}`);
}
