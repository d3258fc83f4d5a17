import type { Arch } from "../../../talos/arch.ts";
import { newTree, type Tree } from "../tree.ts";

/** One extension image of the stand-in upstream. */
export interface Extension {
  /** `metadata.name`, and the last part of the repository. */
  name: string;
  /** `metadata.version`, and the tag. */
  version: string;
  author: string;
  description: string;
  /** Range of Talos versions in the manifest. */
  talos: string;
  /** Fills the extension's root file system. */
  fill: (root: Tree) => unknown;
}

export interface ExtensionInputs {
  arch: Arch;
  /** `v1.13.6`. */
  talosVersion: string;
}

/** Folder of a service's root. */
export const containerRoot = (name: string): string => `usr/local/lib/containers/${name}`;
export const servicePath = (name: string): string => `usr/local/etc/containers/${name}.yaml`;

/** The image's content: `manifest.yaml` and `rootfs/`. It is called a stand-in where `talosctl get extensions` and `inspect` show it. */
export async function extensionTree(extension: Extension): Promise<Tree> {
  const tree = newTree().file("manifest.yaml", manifest(extension)).folder("rootfs");
  const root = newTree();
  await extension.fill(root);
  for (const entry of root.entries()) tree.add({ ...entry, path: `rootfs/${entry.path}` });
  return tree;
}

export const authorOf = ({ author }: Extension): string => `${author} (stand-in by talos-roles)`;
export const descriptionOf = ({ description }: Extension): string => `Stand-in: ${description}`;

const manifest = (extension: Extension): string =>
  [
    "version: v1alpha1",
    "metadata:",
    `  name: ${extension.name}`,
    `  version: "${extension.version}"`,
    `  author: ${authorOf(extension)}`,
    "  description: |",
    `    ${descriptionOf(extension)}`,
    "  compatibility:",
    "    talos:",
    `      version: "${extension.talos}"`,
    "",
  ].join("\n");
