import { join } from "node:path";
import { fromFile } from "../../formats/bytes.ts";
import { runTool } from "../../formats/run-tool.ts";
import type { Arch } from "../../talos/arch.ts";
import { quirksOf } from "../../talos/quirks.ts";
import type { DebianPackages } from "./debian/packages.ts";
import { type MadeImage, makeImage } from "./image-piece.ts";
import { newTree, type Tree } from "./tree.ts";

interface TalosImagesOptions {
  version: string;
  arch: Arch;
  packages: DebianPackages;
  vmlinuz: string;
  initramfs: string;
  scratch: string;
  folder: string;
}

const efiNames: Record<Arch, string> = { arm64: "aa64", amd64: "x64" };

/**
 * What is published beside Talos' extensions: `imager` with the four boot files, and what an installer stands on, which has none of
 * them from Talos 1.10 on (docs/decisions/0003). Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE.
 */
export async function talosImages(options: TalosImagesOptions): Promise<MadeImage[]> {
  const { version, arch, packages, scratch, folder } = options;
  await runTool("dpkgDeb", ["-x", packages.file(packages.set.systemdBoot), scratch]);
  const image = (name: string, content: Tree, program: string, standIn: string): Promise<MadeImage> =>
    makeImage({
      repository: `siderolabs/${name}`,
      tag: version,
      arch,
      content,
      config: {
        Entrypoint: [`/bin/${program}`],
        Env: [
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
          `TARGETARCH=${arch}`,
          `VERSION=${version}`,
        ],
      },
      labels: {
        "alpha.talos.dev/version": version,
        "org.opencontainers.image.source": "https://github.com/siderolabs/talos",
      },
      standIn,
      folder,
    });
  const base = quirksOf(version).installerBase ? "installer-base" : "installer";
  return [
    await image(base, programTree("installer"), "installer", "Talos' installer"),
    await image(
      "imager",
      await bootFiles(programTree("imager"), options),
      "imager",
      "Talos' imager and boot files",
    ),
  ];
}

/** A program that says what it is. */
const programTree = (name: string): Tree =>
  newTree()
    .link("bin", "usr/bin")
    .link("sbin", "usr/bin")
    .file(
      `usr/bin/${name}`,
      `#!/bin/sh\necho "${name}: a stand-in made by talos-roles, for its lab only" >&2\nexit 1\n`,
      0o755,
    );

async function bootFiles(
  tree: Tree,
  { arch, vmlinuz, initramfs, scratch }: TalosImagesOptions,
): Promise<Tree> {
  const efi = join(scratch, "usr", "lib", "systemd", "boot", "efi");
  const install = `usr/install/${arch}`;
  return tree
    .file(`${install}/vmlinuz`, await fromFile(vmlinuz))
    .file(`${install}/initramfs.xz`, await fromFile(initramfs))
    .file(`${install}/systemd-stub.efi`, await fromFile(join(efi, `linux${efiNames[arch]}.efi.stub`)))
    .file(`${install}/systemd-boot.efi`, await fromFile(join(efi, `systemd-boot${efiNames[arch]}.efi`)));
}
