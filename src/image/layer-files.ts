import { modulesDepName } from "./modules-dep.ts";

/** What an initramfs has already under these names. */
const taken = ["rootfs", modulesDepName];

/** File names of layers by the names of their extensions: `drbd.sqsh`. Odd characters are replaced, and no two are the same. */
export function layerFiles(names: readonly string[]): string[] {
  const used = new Set(taken);
  return names.map((name) => {
    const plain = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "") || "extension";
    let free = plain;
    for (let number = 2; used.has(free); number += 1) free = `${plain}-${number}`;
    used.add(free);
    return `${free}.sqsh`;
  });
}
