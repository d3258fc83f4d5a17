import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fromFile } from "../../formats/bytes.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { DebianPackages } from "./debian/packages.ts";
import type { Tree } from "./tree.ts";

const folder = "usr/lib/iptables";

/** Debian's iptables with the libraries it is linked with, in a folder of its own: the root has no other program that needs any. */
export async function addIptables(tree: Tree, { set, file }: DebianPackages, scratch: string): Promise<void> {
  const root = join(scratch, "iptables");
  await mkdir(root);
  for (const one of [set.iptables, set.libc, set.libip4tc, set.libip6tc, set.libxtables])
    await runTool("dpkgDeb", ["-x", file(one), root]);
  // Some modules are names of another one: links, which are followed here.
  const paths = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths) {
    const name = nameIn(path);
    if (name !== undefined) tree.file(`${folder}/${name}`, await fromFile(path), 0o755);
  }
  for (const name of ["iptables", "iptables-restore", "iptables-save"])
    tree.file(`usr/bin/${name}`, wrapper(name), 0o755);
}

/** What the file is called in the folder; undefined for one that is not needed. */
function nameIn(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "xtables-legacy-multi" || /^lib(?:xt|ipt)_\w+\.so$/.test(name)) return name;
  if (/^ld-linux-[\w-]+\.so\.\d$/.test(name)) return "ld.so";
  if (/^lib[cm]\.so\.6$/.test(name)) return name;
  // A library is looked for by the first number of its version.
  return /^(lib(?:ip4tc|ip6tc|xtables)\.so\.\d+)[.\d]*$/.exec(name)?.[1];
}

const wrapper = (name: string): string => `#!/bin/sh
export XTABLES_LIBDIR=/${folder}
exec /${folder}/ld.so --library-path /${folder} /${folder}/xtables-legacy-multi ${name} "$@"
`;
