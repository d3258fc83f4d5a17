import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "../../formats/run-tool.ts";
import type { Arch } from "../../talos/arch.ts";
import { compilers } from "./compile.ts";
import type { DebianPackages } from "./debian/packages.ts";
import { guestFile } from "./guest-files.ts";
import { snakeoil } from "./snakeoil.ts";

/**
 * Builds the stand-in modules `spl.ko` and `zfs.ko` in `folder`, from the headers of the kernel they are for, and signs them:
 * Talos' kernel arguments from 1.12 on refuse a module whose signature they cannot check. Returns their paths. Errors: TOOL_MISSING, TOOL_FAILED.
 */
export async function buildZfsModules(
  { set, file }: DebianPackages,
  arch: Arch,
  folder: string,
): Promise<{ spl: string; zfs: string }> {
  const root = join(folder, "headers");
  for (const one of [set.headers, set.commonHeaders, set.kbuild])
    await runTool("dpkgDeb", ["-x", file(one), root]);
  const source = join(root, "usr", "src");
  const headers = join(source, set.headers.name);
  // The package names its other half by the path it would be installed at.
  const makefile = join(headers, "Makefile");
  await writeFile(makefile, (await readFile(makefile, "utf8")).replaceAll("/usr/src/", `${source}/`));
  const modules = join(folder, "modules");
  await cp(guestFile("modules"), modules, { recursive: true });
  const { key, certificate } = snakeoil();
  const variables = {
    HEADERS: headers,
    CROSS: compilers[arch].prefix,
    SIGN: join(root, "usr", "lib", set.kbuild.name, "scripts", "sign-file"),
    KEY: key,
    CERTIFICATE: certificate,
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  await runTool("make", ["-s", "-C", modules, ...settings]);
  return { spl: join(modules, "spl.ko"), zfs: join(modules, "zfs.ko") };
}
