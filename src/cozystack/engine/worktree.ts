import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withScratch } from "../../formats/scratch.ts";
import { gitAsUser } from "../git.ts";

interface WorktreeWanted {
  checkout: string;
  commit: string;
  patch: string;
}

/** Files as the commit has them, whatever line ends the user's git writes: neither the patch nor a shell takes CR LF. */
const asCommitted = ["core.autocrlf=false", "core.eol=lf", "core.attributesFile=/dev/null"].flatMap(
  (pair) => ["-c", pair],
);

/** Runs `work` in a work tree of its own with the patch applied; it is gone afterwards. Roles must not share one: CozyStack takes an asset that is there for the one it wants. */
export const withPatchedWorktree = <T>(
  { checkout, commit, patch }: WorktreeWanted,
  work: (folder: string) => Promise<T>,
): Promise<T> =>
  withScratch(async (scratch) => {
    const folder = join(scratch, "worktree");
    const file = join(scratch, "cozystack.patch");
    await writeFile(file, patch);
    const asUser = (...words: string[]) => gitAsUser([...asCommitted, "-C", ...words]);
    await asUser(checkout, "worktree", "add", "--quiet", "--detach", "--force", folder, commit);
    try {
      await asUser(folder, "apply", file);
      return await work(folder);
    } finally {
      await gitAsUser(["-C", checkout, "worktree", "remove", "--force", folder]);
    }
  });
