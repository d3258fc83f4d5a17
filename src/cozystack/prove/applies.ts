import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Patch, afterOf } from "../make-patch.ts";
import { type ScratchRepository, setEntries } from "../scratch-repository.ts";
import type { Source } from "../source.ts";
import { type TreeFile, parseTree } from "../tree.ts";
import { type Proof, proof } from "./proof.ts";

interface Applied {
  proofs: Proof[];
  /** Folders with the files of the machinery, before and after the patch. */
  before: string;
  after: string;
}

/** Applies the patch with git to a pristine tree, and looks at what came out: the blobs, the modes, and nothing else. Errors: TOOL_FAILED. */
export async function proveApplies(
  scratch: ScratchRepository,
  patch: Patch,
  source: Source,
): Promise<Applied> {
  const [before, after] = [join(scratch.folder, "before"), join(scratch.folder, "after")];
  for (const workTree of [before, after]) await layOut(scratch, source.files, workTree);
  const where = { index: "after", workTree: after };
  await scratch.run(["apply", "--check", "--index", patch.file], where);
  await scratch.run(["apply", "--index", patch.file], where);
  const found = parseTree(await listed(scratch, after));
  const wanted = [...source.files, ...patch.changed.map(afterOf)];
  const others = await scratch.run(["ls-files", "--others", "-z"], where);
  const moved = await scratch.run(["diff-files", "--name-only", "-z"], where);
  return {
    before,
    after,
    proofs: [
      proof("applies", "git applies it to a pristine tree", await sameTree(scratch, patch)),
      proof("blobs", "the result has the blobs that were edited", differing(found, wanted, "blob")),
      proof("modes", "no file mode changes", differing(found, wanted, "mode")),
      proof("paths", "no other file appears", [...names(others), ...names(moved)]),
    ],
  };
}

/** Writes files of the commit into a folder, as git does. */
async function layOut(
  scratch: ScratchRepository,
  files: readonly TreeFile[],
  workTree: string,
): Promise<void> {
  await mkdir(workTree, { recursive: true });
  const index = workTree.split("/").at(-1) ?? "";
  await setEntries(scratch, index, files);
  await scratch.run(["checkout-index", "--all", "--force"], { index, workTree });
  await scratch.run(["update-index", "--refresh"], { index, workTree });
}

async function listed(scratch: ScratchRepository, workTree: string): Promise<string> {
  const where = { index: "after", workTree };
  const tree = (await scratch.run(["write-tree"], where)).trim();
  return scratch.run(["ls-tree", "-r", "-z", "--full-tree", tree], where);
}

/** On the index of the whole commit: the tree that comes out is the edited one. */
async function sameTree(scratch: ScratchRepository, { file, trees }: Patch): Promise<string[]> {
  const where = { index: "whole" };
  await scratch.run(["read-tree", trees.before], where);
  await scratch.run(["apply", "--cached", file], where);
  const tree = (await scratch.run(["write-tree", "--missing-ok"], where)).trim();
  return tree === trees.after ? [] : [`the tree is ${tree}, not ${trees.after}`];
}

function differing(found: readonly TreeFile[], wanted: readonly TreeFile[], what: "blob" | "mode"): string[] {
  const byPath = new Map(wanted.map((file) => [file.path, file]));
  return found.filter((file) => byPath.get(file.path)?.[what] !== file[what]).map(({ path }) => path);
}

const names = (listing: string): string[] => listing.split("\0").filter((name) => name !== "");
