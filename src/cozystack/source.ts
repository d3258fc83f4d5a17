import { RolesError } from "../errors.ts";
import { type Checkout, listFiles, readBlob } from "./checkout.ts";
import type { TreeFile } from "./tree.ts";

/** The folder that has the Talos build machinery, before and since v0.40.0-alpha.1. */
const packages: readonly string[] = ["packages/core/talos", "packages/core/installer"];
/** Variables that the Makefile includes, before and since v1.0.0-alpha.1. */
const variables: readonly string[] = ["hack/common-envs.mk", "scripts/common-envs.mk"];

export interface SourceFile extends TreeFile {
  text: string;
}

/** The three files that name an architecture or extensions. */
export interface Machinery<T> {
  script: T;
  makefile: T;
  dockerfile: T;
}

/** CozyStack's Talos build machinery as one commit has it. */
export interface Source extends Machinery<SourceFile> {
  /** Such as `packages/core/talos`. */
  folder: string;
  /** Every file that its targets read: the folder, and what the Makefile includes. */
  files: SourceFile[];
}

const machinery: Readonly<Machinery<string>> = {
  script: "hack/gen-profiles.sh",
  makefile: "Makefile",
  dockerfile: "images/matchbox/Dockerfile",
};

/** Reads the machinery out of a commit. Errors: LAYOUT_UNKNOWN when it has none. */
export async function readSource(checkout: Checkout): Promise<Source> {
  const listed = await listFiles(checkout, [...packages, ...variables]);
  const paths = new Set(listed.map(({ path }) => path));
  const folder = packages.find((name) => paths.has(`${name}/${machinery.script}`));
  if (folder === undefined) {
    throw new RolesError(
      "LAYOUT_UNKNOWN",
      `commit ${checkout.commit} has no ${machinery.script} in ${packages.join(" or ")}`,
      { hint: "Is it CozyStack? Its releases from v0.0.1 on have this script." },
    );
  }
  const kept = listed.filter(({ path }) => path.startsWith(`${folder}/`) || variables.includes(path));
  const files = await Promise.all(
    kept.map(async (file) => ({ ...file, text: await readBlob(checkout, file.blob) })),
  );
  const find = (name: string): SourceFile => {
    const path = `${folder}/${name}`;
    const file = files.find((one) => one.path === path);
    if (file) return file;
    throw new RolesError("LAYOUT_UNKNOWN", `commit ${checkout.commit} has no ${path}`);
  };
  return {
    folder,
    files,
    script: find(machinery.script),
    makefile: find(machinery.makefile),
    dockerfile: find(machinery.dockerfile),
  };
}

/** Folders and files that a patch depends on, for asking git whether they are as committed. */
export const sourcePaths: readonly string[] = [...packages, ...variables];
