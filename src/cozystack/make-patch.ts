import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diffOptions } from "./git.ts";
import { type ScratchRepository, setEntries } from "./scratch-repository.ts";
import type { Machinery, Source } from "./source.ts";
import type { TreeFile } from "./tree.ts";

/** Blob ids of one file, before and after the patch. */
export interface ChangedFile {
  path: string;
  mode: string;
  before: string;
  after: string;
}

export interface Patch {
  text: string;
  /** Where the text lies, for git. */
  file: string;
  changed: ChangedFile[];
  /** Trees of the whole commit, before and after. */
  trees: { before: string; after: string };
}

interface Wanted {
  scratch: ScratchRepository;
  commit: string;
  source: Source;
  edited: Machinery<string>;
}

/** Writes the edited files into a tree beside the commit's, and lets git compare the two. Errors: TOOL_FAILED. */
export async function makePatch({ scratch, commit, source, edited }: Wanted): Promise<Patch> {
  const index = "edited";
  const run = async (...args: string[]) => (await scratch.run(args, { index })).trim();
  const before = await run("rev-parse", `${commit}^{tree}`);
  await run("read-tree", before);
  const changed: ChangedFile[] = [];
  for (const name of ["script", "makefile", "dockerfile"] as const) {
    const { path, mode, blob } = source[name];
    changed.push({ path, mode, before: blob, after: await scratch.store(edited[name]) });
  }
  await setEntries(scratch, index, changed.map(afterOf));
  // In a partial clone other files' objects may be absent.
  const after = await run("write-tree", "--missing-ok");
  const text = await scratch.run(["diff-tree", "-p", ...diffOptions, before, after], { index });
  const file = join(scratch.folder, "cozystack.patch");
  await writeFile(file, text);
  return { text, file, changed, trees: { before, after } };
}

export const afterOf = ({ path, mode, after }: ChangedFile): TreeFile => ({ path, mode, blob: after });
